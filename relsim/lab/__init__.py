"""Experiments: designs, paired comparisons, replication, a store that survives, tidy tables."""
