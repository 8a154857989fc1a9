"""What a scanned code says and what it means here."""
