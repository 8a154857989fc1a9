"""What the room can do: one file an operation, this page their contents."""

from stillage.recalls.operations.answer import answer
from stillage.recalls.operations.close import close
from stillage.recalls.operations.recall import AskedLot, recall
from stillage.recalls.operations.tell import tell

__all__ = ["AskedLot", "answer", "close", "recall", "tell"]
