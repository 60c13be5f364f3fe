"""SELECTs on comments, mentions and marks, returning views."""
