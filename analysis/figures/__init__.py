"""A module per kind of figure.

All draw results in one `theme` and leave as SVG (`svg`).
"""
