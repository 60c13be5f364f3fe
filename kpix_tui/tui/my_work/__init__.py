"""My work: what I owe, what I do, what is said to me."""
