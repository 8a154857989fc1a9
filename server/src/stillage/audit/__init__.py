"""Who did what to what, before and after. Written in the operation's own transaction."""
