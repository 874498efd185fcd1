"""What stands behind a claim.

Coding          `tallies`, `agreement`, `codes`, `code_space`, `code_groups`
Configurations  `truth_tables`, `minimisation`, `configurations`, `configuration_checks`
Claims          `attribution`, `identifiability`, `joint_display`, `participation`
Sentences       `findings`
"""
