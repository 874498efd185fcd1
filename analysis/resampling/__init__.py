"""Comparison by resampling.

`monte_carlo` (p-values, their error, intervals, ties), `qap` (QAP and MRQAP; `qap_input` checks what it is
given, `qap_plans` and `qap_kernels` permute, `qap_results` are its answers), `specification`, `correlation`,
`proportions`; what bias an estimate withstands: `robustness`; `many_tests` on one page; `r_random` draws as R
does. In sentences: `findings`.
"""
