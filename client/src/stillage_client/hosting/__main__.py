"""Serves the client alone, for development: `python -m stillage_client.hosting --api http://127.0.0.1:8000`."""

import argparse
from pathlib import Path

import uvicorn

from stillage_client.hosting.app import create_app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="where the server answers")
    parser.add_argument("--port", type=int, default=8550)
    parser.add_argument("--cache", type=Path, default=Path(".stillage/client"))
    chosen = parser.parse_args()
    app = create_app(
        api_base=chosen.api,
        allowed_hosts={"127.0.0.1", "localhost"},
        allowed_origins=set(),
        cache_dir=chosen.cache,
    )
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=chosen.port,
        ws_max_size=2 * 1024 * 1024,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


if __name__ == "__main__":
    main()
