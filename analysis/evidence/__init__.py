"""What stands behind a claim.

Coding          `tallies`, `agreement`, `coding_reliability`, `codes`, `code_space`, `code_groups`,
                `code_networks`, `printed_axes` (a chapter)
Configurations  `truth_tables`, `minimisation`, `configurations`, `configuration_checks`
Routines        `routine_webs`, `web_chance`, `change_steps`, `mechanisms`, `changes`
Claims          `attribution`, `closures`, `identifiability`, `joint_display`, `participation`, `ledger`
Sentences       `findings`, `coding_findings`, `change_findings`, `ledger_findings`
"""
