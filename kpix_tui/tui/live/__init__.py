"""What others change, on the screens that show it."""
