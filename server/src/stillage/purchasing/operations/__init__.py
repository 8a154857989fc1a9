"""What buying can do: one file an operation, this page their contents."""
