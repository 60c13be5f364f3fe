"""The first frame, and how a session begins."""
