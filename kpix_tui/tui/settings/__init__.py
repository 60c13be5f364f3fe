"""How kpix looks and speaks here, kept in kpix.toml."""
