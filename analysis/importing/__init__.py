"""A team's own files, read into tables: everything in them is read, told or refused.

`command` dispatches over its table `KINDS`: a module `kind_…` a kind of file, with its options and how it is
read into `kinds.Imported`; a format of graphs is a line in `kind_graph.GRAPHS`. What kinds share is in
`options`, `network_options`, `list_options` and `declared`. `first_look` says what a file seems to be, by
what `guesses` sees in a table, and which command to type. `own` keeps the dataset, `corrections` what is
imported again, and `deidentified` writes it without names; `people` matches names, for every reader,
`people_file` reads the list of them; `columns` finds columns by their headers, `days` reads days; `account`
counts what became of rows and answers. `roster`, `survey_items`, `edges`, `matrices`, `graphs`, and
`attendance`, `activity_list`, `adoption_list` and `contact_log` (of rows that `dated` reads) each read one
kind; `coding_sheet` and `refi_qda` codings, whose documents and coders are `numbered` (`coding_options`);
`spss` data of SPSS. Formats of network programs: `gexf`, `gml`, `netdraw`, `pajek` (one network of a file:
`pajek_network`), `ucinet` (text, with `ucinet_header`) and `ucinet_binary`; `two_mode` makes activities and
attendance of people and what they came to. `network_canvas` and `egor` read `interviews` on people's own
networks. `exports` writes what has no names for other programs, in the formats of `network_writers`.
"""
