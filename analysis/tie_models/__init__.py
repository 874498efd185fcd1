"""Models of ties.

`independent_dyads` is the exact model of edges and mutual ties (`dyad_findings`), `case_study` sets models by
simulation beside a key, `peer_support_model` has a published model's terms.
`p1`, `pstar` and `ergm` are about one network; `separable`, `formation` and `waves` about change, and so is
the actor-oriented model, `saom`: its effects (`saom_effects`), a panel made ready (`saom_periods`), compiled
simulation (`saom_kernels`), estimation (`saom_estimation`), results (`saom_results`), tests of a fit
(`saom_fit`), and a behaviour that changes with the ties (`saom_behaviour`, `saom_behaviour_kernels`).
`actor_pages` is what its pages show, `actor_beside` what they set it beside, and `actor_findings` what they
tell. `pair_dependence` is what a pair's two ties have in common, for `formation`. `change_statistics` are
what `pstar` and `ergm` are made of; `findings` says, in sentences, what came of them.

`network_growth` simulates a network that starts small or all at once (`network_growth_kernels`); its rates
are measured (`network_growth_rates`), fitted to a course and set beside another (`network_growth_courses`);
`network_growth_map` is where either way wins and what that depends on, `network_growth_page` what its page
shows and tells.
"""
