"""Lots, balances, movements, holds and allocations; the ledger and the operations that write it."""
