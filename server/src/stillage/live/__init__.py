"""What is happening, as it happens: the audit trail told on to whoever listens (docs/live.md). Writes nothing."""
