"""SELECTs that join definitions with where KPIs stand, a fixed number of them for each list."""
