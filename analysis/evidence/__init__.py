"""What stands behind a claim.

`attribution`, `identifiability`, `joint_display`, `participation`.
"""
