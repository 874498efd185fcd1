"""Studies, runs, pages and the verdict.

`studies` reads what is declared, `driver` builds, `results` is the way out of a notebook. `rendering` turns
an executed notebook into the parts of a page, `prose_links` explains its words, `pages` writes it;
`front_page` writes the front page and the ledger, `codebook` and `methods` those on columns and functions.
`verdict` judges the compendium's claims; `team` makes the reports on a dataset of one's own, and
`private_verdict` judges what is printed about it.
`sweep` makes what `sweep_grid` reads, a run under many choices, and `sweep_page` writes the page.
"""
