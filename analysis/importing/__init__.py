"""A team's own files, read into tables.

`command` chooses the reader of a format; `own` keeps the dataset, and
`deidentified` writes it without names; `people` matches names.
"""
