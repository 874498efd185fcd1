"""Does an interval or a test hold what it promises?

A module per study, run over hundreds of seeds by `make validate`; `misspecified` draws networks that break
what methods assume, `findings` says what came of them, `records` writes the
results with what made them.
"""
