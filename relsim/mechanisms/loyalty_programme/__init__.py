"""Loyalty programme: points earned, a reward in sight, and what both cost."""
