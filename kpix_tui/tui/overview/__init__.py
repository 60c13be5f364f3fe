"""The executive view."""
