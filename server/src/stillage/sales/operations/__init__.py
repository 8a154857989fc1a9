"""What selling can do: one file an operation, this page their contents."""

__all__: list[str] = []
