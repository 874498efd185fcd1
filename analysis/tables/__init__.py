"""The data model.

`schema` declares every table once; `package` a dataset; `load`, `validate` and `describe` follow
from both.
"""
