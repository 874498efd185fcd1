"""Networks that improve schools: from a raw roster to an audited verdict.

Rooms, from the ground up; each room's docstring is its map.

tables        the data model: what a dataset's tables hold, read, checked, described
privacy       pseudonyms, names, and what may be shown of few people
importing     a team's own files, read into tables
sources       a module per published dataset, and the synthetic twins
resampling    Monte Carlo p-values and intervals, QAP and MRQAP, specification curves
ties          reported relations: panels, structure, triads, groups, reciprocity, mixing, turnover, reports
tie_models    models of ties: p1, p*, Monte Carlo ERGM, separable, actor-oriented, formation by source
contacts      dated interactions: streams, closures, cascades, coalescence and its nulls
adoption      who adopts when: exposure, thresholds, hazards, Bass, Moran's I
measurement   survey scales: reliability, Rasch, factors, invariance, item functioning, growth, aggregation
evidence      coding and its agreement, participation, attribution, identifiability, joint displays
figures       a module per kind of figure, one theme
validations   does an interval or a test hold what it promises?
synthesis     what the studies say together, from what runs recorded
compendium    studies, runs, pages, codebook, methods, verdict
certificate   what an auditor takes away, and whether somebody else's was altered

Beside the rooms: `checks` (`NotEstimable`, what an argument may be), `estimable` (what a page says where the
data cannot answer), `result` (the base of what methods return), `finding` (a sentence and its numbers),
`labels` (the field's words for names of the code), `whom` (whom a number rests on), `arrays`, `frames`,
`files`, `parallel`. `reports/methods.html` lists every function.
"""
