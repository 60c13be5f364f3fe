"""Nobody is there yet: the first organisation, or the demonstration."""
