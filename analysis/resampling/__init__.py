"""Comparison by resampling.

`qap` (QAP and MRQAP), `specification`, `correlation`, `proportions`.
"""
