"""How every endpoint behaves: errors, permissions, paging, idempotency, strict input."""
