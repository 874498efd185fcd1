"""Where data come from.

`fetch`, `build`, a module per published dataset, and the twins, which are grown from parameters (`twins` has
what they share).
"""
