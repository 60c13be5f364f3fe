"""The inbox: what happened that somebody should know, and the bell in the header."""
