"""One KPI: definition, chart, history, and the forms for it and its values."""
