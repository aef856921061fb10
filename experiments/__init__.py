"""Studies: each a short script that makes a table and a figure for one question."""
