"""A first look at a file: what it seems to be, and the command that would import it.

`first_look` says it in words, by what `guesses` chooses for a table, which may be a survey (`surveys`), a
network (`networks`), or a list of what happened or was said (`events`). `table` is the table looked at and
what it may be, `headers` the words that head columns, `questions` what several columns ask.
"""
