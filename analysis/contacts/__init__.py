"""Dated interactions.

`stream` orders them (`batches`: out of a file too large to be read at once,
`closures_of_file`: what `make closures` tells of one); `closure` finds what follows
every meeting (`closure_counts`: the same as arrays, for
many draws) and `cascade` what came of one; `positions`, `two_paths` and `closing_rates` describe it,
`survival` says how long closures last and `shares` how sure a share of meetings is; `nulls` redraws a record
and `coalescence` tests against the draws (compiled: `closure_kernels`, `placement_kernels`). For a page:
`meetings`, `one_meeting`, `lasting`, `beside_chance`, `settings` and, in sentences, `findings`. `leadership`
follows a backbone's part in all contacts over time, `attendance` among those present at activities (for a
page: `leadership_page`). `spells` makes ties that last as long as a conversation, `temporal_paths` follows
them. `contact_models` say what drives who contacts whom next (`contact_history`: the record and what stands
beside it, compiled in `contact_kernels`; for a page: `next_contact`, and `student_calls` for a vignette's
models). `course_networks` has what five texts print (for a page: `course_findings`).
"""
