"""Experiments: designs, runs in numbers, and what their outcomes depend on."""
