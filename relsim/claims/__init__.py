"""Claims: what people say about relationship marketing, tested reading by reading."""
