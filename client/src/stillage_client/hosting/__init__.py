"""Serves the client to browsers: Flet's web client and its socket, our assets, the scan door. Not the API.

The server's ASGI entry calls `create_app` and passes it everything that is not its own, `lifespan` included.
"""

from stillage_client.hosting.app import create_app
from stillage_client.hosting.sockets import Limits

__all__ = ["Limits", "create_app"]
