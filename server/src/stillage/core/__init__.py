"""The floor of the house: errors, clock, locking, actors, strict JSON. Knows no other room."""
