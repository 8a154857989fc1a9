"""One file a screen: its state class on top, its component below."""
