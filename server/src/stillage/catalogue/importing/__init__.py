"""Files in: read within limits, judged whole, written whole or not at all. `job.py` is where to start reading."""
