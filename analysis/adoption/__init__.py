"""Who adopts when.

`setting` reads a dataset; `adopters` counts them, `exposure` (by `exposure_weights`) and `thresholds` say who
had adopted around whom, `hazard_classes` who adopts next; `person_periods`, `hazards` (their likelihood in
`hazard_fit`, free to change with `period_terms`), `diffusion_regression`, `bass`, `morans_i` and
`structure_dependence` model and test. For a page: `spread` and, in sentences, `spread_findings`; `findings`
for the pages on other programs and policies. `medical_innovation` has what a vignette prints;
`network_inference` infers ties from several innovations.
"""
