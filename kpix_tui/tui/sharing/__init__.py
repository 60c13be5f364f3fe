"""Sharing a dashboard, who can see it and why, and who owes the values of a KPI."""
