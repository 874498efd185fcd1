"""Studies, runs, pages and the verdict.

`studies` reads what is declared, `driver` builds, `results` is the way out of a notebook. `codebook` and
`methods` are the pages on columns and functions.
"""
