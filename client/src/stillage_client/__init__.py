"""The Stillage client: a Flet application that speaks HTTP to the server and knows nothing of its code."""
