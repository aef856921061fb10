"""What firms are, see and do."""
