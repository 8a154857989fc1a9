"""The stream of changes: who hears of what, and that nothing is missed and nothing comes twice."""
