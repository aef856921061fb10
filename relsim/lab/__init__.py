"""Experiments: designs, paired runs, replication to a precision, and what came out of them."""
