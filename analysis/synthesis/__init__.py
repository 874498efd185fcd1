"""What the studies say together: it reads what runs recorded and claims, and no data.

`written` reads the tables of `notebooks/synthesis/tables` (which finding of which run stands in which cell).
`evidence` looks them up, `matrix` sets mechanisms against studies, `cross_findings` says what comes of it.
`errata` lists the printed numbers known to be in error; `bias`: how much of it would change what is said.
`planning`: what a network should ask, when, and what it can then say.
"""
