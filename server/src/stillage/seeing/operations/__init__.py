"""What the room does."""

from stillage.seeing.operations.check_ledger import ask_for_check, keep_check, run_check

__all__ = ["ask_for_check", "keep_check", "run_check"]
