"""Cards and page of claims, made from their tables alone."""
