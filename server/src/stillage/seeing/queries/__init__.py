"""What the room is asked: things by what somebody typed, and how the ledger stands."""
