"""What must not be seen.

deidentify    a team's tables without names
names         names that stand in texts
pseudonyms    identifiers in place of names, from a key
rare          combinations of attributes that single somebody out
disclosure    what may be shown of few people: the one place that knows the smallest cell
texts         texts that name a single person or count too few
"""
