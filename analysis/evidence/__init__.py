"""What stands behind a claim.

Coding          `tallies`, `agreement`, `coding_reliability`, `judges`, `codes`, `code_space`, `code_groups`,
                `code_networks`, `printed_axes` (a chapter)
Configurations  `truth_tables`, `minimisation`, `configurations`, `configuration_checks`
Routines        `routine_webs`, `timed_reach`, `web_chance`, `change_steps`, `mechanisms`,
                `interactions`, `changes`
Claims          `attribution`, `traced_ties`, `closures`, `identifiability`, `joint_display`, `participation`,
                `ledger`, `discovery`, `process_tracing`, `environment`, `true_shares`, `district_display`
Design          `design`, `design_gaps`, `essay` (what an essay rests on),
                `theory_of_action` (for a page: `theory_page`)
Efficacy        `collective_efficacy`, `efficacy_findings`
Sentences       `findings`, `coding_findings`, `change_findings`, `ledger_findings`,
                `environment_findings`
"""
