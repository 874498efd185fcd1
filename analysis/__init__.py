"""Networks that improve schools: from a raw roster to an audited verdict.

Rooms, from the ground up; each room's docstring is its map.

tables        the data model: what a dataset's tables hold, read, checked, described
privacy       pseudonyms, names, and what may be shown of few people
importing     a team's own files, read into tables
sources       a module per published dataset, and the synthetic twins
resampling    Monte Carlo p-values and intervals, QAP and MRQAP, specification curves
ties          reported relations: panels, structure, groups, reciprocity, mixing, turnover
tie_models    models of ties: p1, p*, separable, formation
contacts      dated interactions: streams, closures, cascades, coalescence and its nulls
adoption      who adopts when: exposure, thresholds, hazards, Bass, Moran's I
measurement   survey scales and aggregation
evidence      attribution, identifiability, joint displays
figures       a module per kind of figure, one theme
validations   does an interval or a test hold what it promises?
compendium    studies, runs, pages, verdict
"""
