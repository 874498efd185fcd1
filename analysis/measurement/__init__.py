"""Survey answers.

`scales` puts them into tables and scores, `answers` looks them over. Do items say one thing? `reliability`
(alpha, omega), for every scale of a dataset `scale_reliability`. Rasch's models: `rasch` estimates items
(`rasch_rows` what it takes from answers, `rasch_kernels` the sums), `person_measures` people, with fit and
item map, `item_functioning` compares items between groups and years. `aggregation` and `school_reliability`
say what a group's mean can carry; `growth` follows measures over waves, by a `mixed_model`.
`findings` says what trust in schools comes to, in the sentences a page opens with.
"""
