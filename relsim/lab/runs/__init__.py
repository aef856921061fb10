"""Runs: markets simulated, by whatever does the work, until enough replications are there."""
