"""Lists and tables as survey tools export them and as people keep them in spreadsheets: a reader each.

`roster_survey` reads what each respondent answered about each person, `survey_items` what they answered about
statements, `edge_list` a row per tie, `matrices` a sheet per wave and relation. `attendance_list` (sign-in
sheets, registers), `activity_list`, `adoption_list` and `contact_log` read rows with days (`shared.dated`);
`coding_sheet` reads codings from a spreadsheet.
"""
