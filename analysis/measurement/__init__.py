"""Survey answers.

`scales` scores them; `aggregation` says what a group's mean can carry.

Factor models: `factor_model` confirms, one group or several, continuous items or ordinal; `invariance` asks
whether items mean the same in every group or year, and which do not (`model_comparison`); `exploratory` looks
for factors (`rotation`). Beneath them `item_answers` checks the answers, `factor_structure` and
`factor_design` say what a model is, `normal_likelihood`, `polychoric` and `weighted_least_squares` what
answers are held against, `moment_fit` finds the minimum, `fit_indices` and `factor_estimates` read it.
`factor_chapters` computes two published chapters again.
"""
