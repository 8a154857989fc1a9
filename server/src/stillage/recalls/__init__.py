"""Where a lot came from and whom it went to; and getting it back."""
