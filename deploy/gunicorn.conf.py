"""How Gunicorn serves the API: `gunicorn -c deploy/gunicorn.conf.py stillage.config.wsgi`. Reasons: docs/deploying.md."""

import os

from stillage.config.watching import logging_config

_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

bind = os.environ.get("STILLAGE_BIND", "127.0.0.1:8000")
worker_class = "stillage.config.gunicorn_worker.Worker"
workers = int(os.environ.get("STILLAGE_API_PROCESSES", 2 * _cores))
threads = int(os.environ.get("STILLAGE_API_THREADS", 6))
# Above the database's 5 and 15 s, below Nginx's 35: the innermost gives up first and says why.
timeout = 30
graceful_timeout = 30
keepalive = 75  # longer than Nginx keeps an idle connection (60), so that none is shut under a request
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
forwarded_allow_ips = os.environ.get("STILLAGE_TRUSTED_PROXIES", "127.0.0.1")
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
control_socket_disable = True  # it would want to write under $HOME
accesslog = None  # our own middleware writes one line a request, without the query
logconfig_dict = {
    **logging_config(),
    "loggers": {
        **logging_config()["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
    },
}
