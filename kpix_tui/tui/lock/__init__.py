"""Locking the terminal: what hides it, what opens it again, and who takes it over."""
