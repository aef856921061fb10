"""Figures of experiments: effects, surfaces, fans, and how far replications have come."""
