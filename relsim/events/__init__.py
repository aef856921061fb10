"""Events: what they come to in a month, and what a campaign that saves customers has to do."""
