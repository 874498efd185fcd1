"""Reported relations.

`panel` holds a network over waves (`panel_input` reads what it is made from), `possible` says who could tie
to whom; `structure`, `centralisation`, `centrality`, `structural_holes`, `subgroups` (plexes, factions),
`core_periphery`, `groups`, `reciprocity`, `mixing`, `dynamics` and
`triads` (counted by `triad_kernels`) measure it; `draws` redraws it at random; `reports`
compares both ends; `two_mode` makes one from attendance.
`class_friendships` has what two texts print (for a page: `class_findings`).
For a page: `overview`, `schools` (a scorecard of each), `change`, `people`, `tied` and `tied_schools`
(whom a table rests on) and, in sentences, `findings` and `school_findings`.
"""
