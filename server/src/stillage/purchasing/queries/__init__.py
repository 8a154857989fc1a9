"""What buying shows: reads only."""
