"""Survey answers.

`scales` puts them into tables and scores, `answers` looks them over. Do items say one thing? `reliability`
(alpha, omega), for every scale of a dataset `scale_reliability`. Rasch's models: `rasch` estimates items
(`rasch_rows` what it takes from answers, `rasch_kernels` the sums), `person_measures` people, with fit and
item map, `item_functioning` compares items between groups and years. `aggregation` and `school_reliability`
say what a group's mean can carry, `group_means` both in one table; `growth` follows measures over waves, by a
`mixed_model` (`crossed_effects` where parts cross, `nested_effects` where people are in schools),
`unit_panels` published figures of the same schools or districts, `public_surveys` those of cities, each on
its own scale; `mediation` splits an effect on schools. `run_charts` says whether a series changed at all
(`run_rules`: by which limits; `measures_over_time`: of a dataset's measures). `findings`, `study_findings`
and `public_findings` are the sentences pages open with.
`network_health` puts scales of a network by district and year side by side, `silence` asks what those who did
not answer could change, `weak_link` which domain is the
lowest; `health_findings` are their sentences.

Factor models: `factor_model` confirms, one group or several, continuous items or ordinal; `invariance` asks
whether items mean the same in every group or year, and which do not (`model_comparison`); `exploratory` looks
for factors (`rotation`). Beneath them `answers` checks the answers, `factor_structure` and
`factor_design` say what a model is, `normal_likelihood`, `polychoric` and `weighted_least_squares` what
answers are held against, `moment_fit` finds the minimum, `fit_indices` and `factor_estimates` read it.
`scale_invariance` asks it of every scale of a dataset over waves, of ordered answers after `categories` put
rare ones together. `factor_chapters` computes two published
chapters again, `printed_models` other texts and what R packages give.
"""
