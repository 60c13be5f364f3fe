"""One dashboard: its KPIs."""
