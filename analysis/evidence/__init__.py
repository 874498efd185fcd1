"""What stands behind a claim.

Coding      `tallies`, `agreement`
Claims      `attribution`, `identifiability`, `joint_display`, `participation`
Sentences   `findings`
"""
