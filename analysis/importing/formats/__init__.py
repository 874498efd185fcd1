"""Files of other programs: a reader per format.

Networks: `graphs` (GraphML, and what all graphs share), `gexf`, `gml`, `netdraw`, `pajek` (one network of a
file: `pajek_network`), `ucinet` (text, with `ucinet_header`) and `ucinet_binary`; `two_mode` makes activities
and attendance of people and what they came to. Interviews on people's own networks: `network_canvas` and
`egor`, both giving `interviews`. Codings: `refi_qda`. `network_writers` writes networks.
"""
