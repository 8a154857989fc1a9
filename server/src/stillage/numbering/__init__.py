"""Numbers that follow each other without a gap: of documents and of logistic units."""
