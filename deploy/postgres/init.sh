#!/bin/sh
# Run once by the PostgreSQL image, on an empty data folder.
set -eu
: "${STILLAGE_OWNER_PASSWORD:?}" "${STILLAGE_APP_PASSWORD:?}"
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --no-psqlrc --file /srv/roles.sql
