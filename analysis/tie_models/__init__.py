"""Models of ties.

`p1`, `pstar` and `ergm` are about one network; `separable`, `formation` and `waves` about change.
"""
