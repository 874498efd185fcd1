"""A team's own files, read into tables: everything in them is read, told or refused.

`command` dispatches over its table `KINDS`. Below it, each folder importing only those further down:

look       a first look at a file: what it seems to be, and which command to type
kinds      what `make import KIND=…` takes: a module per kind, named as the command calls it, with its options
dataset    the dataset a team has: begun, added to, corrected, written without names, exported
lists      readers of people's own spreadsheets and of survey tools' exports, row by row
formats    readers and writers of other programs' files: networks, interviews, codings
shared     what every reader uses: people and their names, columns, days, networks, the account of rows
files      files from anywhere, opened safely: archives, workbooks, text, SPSS, XML

`lists` and `formats` know nothing of one another. What people are told of all this is `guide.md`.
"""
