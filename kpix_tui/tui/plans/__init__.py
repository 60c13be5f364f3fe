"""Action plans: the list, the board, one action, and their forms."""
