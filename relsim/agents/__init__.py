"""The same market with one agent per customer: slow, readable, open to subclassing."""
