"""SELECTs on action plans, returning views: lists and boards, rows, and what was changed."""
