"""Figures and pages of a run; the one package that draws."""
