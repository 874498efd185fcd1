"""What must not be seen.

deidentify    a team's tables without names
names         names that stand in texts
pseudonyms    identifiers in place of names, from a key
rare          combinations of attributes that single somebody out
disclosure    what may be shown of few people: the one place that knows the smallest cell
named         how a page says which people a number rests on
shown         what a page and earlier reports have shown, and what may stand beside it
groups        groups of people and of ties: whether a few are left when they are taken from one another
released      what reports have shown: a register of a team's own, pages on public data compared afterwards
planned       which counts of people are shown as they are, settled before any page is made
corrected     whose rows are others than when an earlier report was made
texts         texts that name a single person or count too few
"""
