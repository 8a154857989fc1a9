# One image for the API, the front end, the worker and the migrations; the command differs (compose.yaml).
# Any base with Python 3.11 or newer and its venv module serves.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python3 -m venv /opt/stillage
COPY requirements/run.txt /src/requirements/run.txt
RUN /opt/stillage/bin/pip install --require-hashes --only-binary :all: -r /src/requirements/run.txt
COPY pyproject.toml README.md /src/
COPY server/src /src/server/src
COPY client/src /src/client/src
RUN /opt/stillage/bin/pip install --no-deps --no-build-isolation /src \
    && /opt/stillage/bin/pip uninstall --yes pip \
    && /opt/stillage/bin/python -m compileall -q /opt/stillage/lib \
    && mkdir -p /var/lib/stillage/static /var/lib/stillage/imports \
    && chmod 700 /var/lib/stillage/imports \
    && /opt/stillage/bin/python -m stillage_client.hosting.build /var/lib/stillage/client

FROM ${BASE}
# What LightGBM is built on; a base without a package manager brings it itself, or forecasts do without trees.
# hadolint ignore=DL3008
RUN if command -v apt-get >/dev/null; then apt-get update && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*; fi
RUN groupadd --system --gid 10001 stillage \
    && useradd --system --uid 10001 --gid stillage --home-dir /var/lib/stillage --no-create-home stillage
COPY --from=build /opt/stillage /opt/stillage
# The client's font and compressed files; a volume takes its first content from here.
COPY --from=build --chown=10001:10001 /var/lib/stillage /var/lib/stillage
COPY deploy/gunicorn.conf.py deploy/healthy.py /srv/stillage/
ENV PATH=/opt/stillage/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=stillage.config.settings.prod \
    STILLAGE_HOME=/var/lib/stillage \
    STILLAGE_LOG=json \
    STILLAGE_BIND=0.0.0.0:8000
WORKDIR /srv/stillage
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "/srv/stillage/healthy.py", "http://127.0.0.1:8000/health/live"]
CMD ["gunicorn", "-c", "/srv/stillage/gunicorn.conf.py", "stillage.config.wsgi"]
