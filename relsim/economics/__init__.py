"""Closed forms of marketing and finance: pure functions of arrays, nothing else of relsim."""
