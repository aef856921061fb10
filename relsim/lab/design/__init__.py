"""Designs: the points of an experiment, from its factors to its table."""
