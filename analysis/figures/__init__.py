"""A module per kind of figure.

All draw results in one `theme` and leave as SVG and PNG (`svg`); a `network` can be worked with on its page.
"""
