"""KPIs of any dashboards."""
