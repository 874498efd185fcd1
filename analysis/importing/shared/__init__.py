"""What every reader uses.

`people` matches names, for every reader; `network` is what any file of a network gives. `grid` is a sheet
with a header, `columns` finds columns by their headers, `days` reads days, `dated` reads rows by name with
days; `numbered` numbers documents and coders. `account` counts what became of rows and answers.
"""
