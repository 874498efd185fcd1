"""What stands behind a claim.

Coding          `tallies`, `agreement`, `codes`
Configurations  `truth_tables`, `minimisation`, `configurations`, `configuration_checks`
Claims          `attribution`, `identifiability`, `joint_display`, `participation`
Sentences       `findings`
"""
