"""How Stillage is served: starting and refusing to, headers, what is open, failures, logs, roles, Nginx."""
