"""Mechanisms of relationships, each a room of its own: off by default, and then nothing at all."""
