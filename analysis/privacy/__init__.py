"""What must not be seen.

deidentify    a team's tables without names
names         names that stand in texts
pseudonyms    identifiers in place of names, from a key
rare          combinations of attributes that single somebody out
disclosure    what may be shown of few people: the one place that knows the smallest cell
named         how a page says which people a number rests on
shown         what a page and earlier reports have shown, and what may stand beside it
groups        groups of people and of ties: whether a few are left when they are taken from one another
released      the register of what reports on a team's own data have shown
texts         texts that name a single person or count too few
"""
