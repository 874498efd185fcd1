"""Does an interval or a test hold what it promises?

A module per study, run over hundreds of seeds by `make validate` (`district_twins`, `district_documents`:
the twins of one of them; `contact_records`, `contact_recovery`: what another draws, and shows on a page);
`misspecified` draws networks that break what methods assume, `imports` tries files at random, `findings` and
`district_findings` say what came of them, `records` has what all are run with, and writes the results with
what made them.
"""
