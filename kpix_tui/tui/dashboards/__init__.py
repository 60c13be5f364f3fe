"""The list of dashboards, and the form of one."""
