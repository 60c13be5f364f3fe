"""Comments: what is said about a KPI, a value or an action."""
