"""Comparison by resampling.

`monte_carlo` (p-values, their error, intervals, ties), `qap` (QAP and MRQAP), `specification`, `correlation`,
`proportions`.
"""
