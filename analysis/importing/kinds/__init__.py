"""The kinds of files the command imports: a module each, with its options and how it is read.

Named as `make import KIND=…` calls them: `roster`, `items`, `edges`, `matrix`, `graph` (a format of network
programs is a line in its `GRAPHS`), `interviews`, `attendance`, `activities`, `contacts`, `adoptions`,
`codings`, `refi`. `kind` is what each of them is, and what reading gives. What they share: `options` of all,
`network_options` of ties, `list_options` of lists with days, `coding_options` of codings, and `declared`, the
relations a command declares.
"""
