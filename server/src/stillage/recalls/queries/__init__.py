"""What the room is asked: the trace of a lot, recalls, and what their papers and sheets say."""
