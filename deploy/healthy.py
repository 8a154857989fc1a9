"""Exit 0 when the address answers 200 under the first of STILLAGE_ALLOWED_HOSTS: the containers' health check."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def main() -> int:
    address = urlsplit(sys.argv[1])
    host = os.environ.get("STILLAGE_ALLOWED_HOSTS", "").split(",")[0] or "localhost"
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=4)
    try:
        connection.request("GET", address.path or "/", headers={"Host": host})
        return 0 if connection.getresponse().status == 200 else 1
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
