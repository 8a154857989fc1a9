"""The Stillage client: a Flet application that speaks to the server over HTTP and knows nothing of its code."""
