"""A team's own dataset: `own` begins it, reads it and adds to it; `corrections` is what is imported again.

`people_file` reads the list of its people, who were asked and where they belong. `deidentified` writes the
dataset without names; `exports` writes what has no names for other programs.
"""
