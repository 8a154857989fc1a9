"""What screens are built of: controls without state of their own. No session, no API in here."""
