"""Survey answers.

`scales` scores them; `aggregation` says what a group's mean can carry.
"""
