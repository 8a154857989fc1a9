"""One module a scenario; each has `NAME` and `run(world)`, which returns rows for the table."""
