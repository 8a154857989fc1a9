"""The wiring and nothing else: settings, routes, ASGI and WSGI."""
