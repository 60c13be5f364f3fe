"""SELECTs on users, teams and roles, returning views, and the writes that go with them."""
