"""Search: everything that one may see, as one types."""
