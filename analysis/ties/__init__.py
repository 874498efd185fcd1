"""Reported relations.

`panel` holds a network over waves; `structure`, `groups`, `reciprocity`, `mixing`, `dynamics` and
`triads` measure it; `reports` compares both ends.
"""
