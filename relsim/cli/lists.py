"""What can be listed, by name."""

LISTS = ("configs", "experiments", "claims", "strategies", "mechanisms", "events")
"""What ``relsim list`` can list."""
