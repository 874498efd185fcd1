"""Who adopts when.

`setting` reads a dataset; `diffusion` has exposure and thresholds; `hazards`, `bass`, `morans_i`
and `structure_dependence` model and test.
"""
