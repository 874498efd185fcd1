"""Files from anywhere, opened safely, as rows of text.

`sheets` reads text files, CSV files and workbooks, `spss` data of SPSS. `archive` looks over archives and
workbooks before anything unpacks them, `workbook` is what a workbook's reader leaves out, `members` takes one
file out of a packed archive, `markup` parses XML without following it.
"""
