"""What must not be seen.

`deidentify`, `pseudonyms` and `names` work on tables; `disclosure` and `suppression` on what is
shown.
"""
