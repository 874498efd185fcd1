"""Dated interactions.

`stream` orders them; `closure` finds what follows a meeting; `coalescence` compares it with
`nulls`.
"""
