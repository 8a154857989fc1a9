"""Django's SQLite backend with writers in single file (docs/decisions/0009). Settings name it as the ENGINE."""
