"""What an auditor takes away (`make certificate`), and how somebody else's is checked (`make verify`).

`contents` decides which files go into the archive: never a raw file, and of data that may not be passed on
nothing that holds them again. `outputs` leads from each table, figure and claim to a program and a line.
`codecheck`, `replication`, `crate` and `grand` write the documents, `archive` packs and safely unpacks,
`certificate` puts all of it together, `verify` names what was altered.
"""
