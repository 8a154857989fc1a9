-- The two roles of Stillage, for psql 15 or newer and a superuser; may be run again.
--   STILLAGE_OWNER_PASSWORD=... STILLAGE_APP_PASSWORD=... psql -v ON_ERROR_STOP=1 -f roles.sql THE_DATABASE
-- stillage_owner owns the tables and migrates. stillage_app reads and writes rows and can do no more: the
-- triggers that guard the ledger cannot be dropped, disabled or gone around by whoever steals its password.
\set ON_ERROR_STOP on
\getenv owner_password STILLAGE_OWNER_PASSWORD
\getenv app_password STILLAGE_APP_PASSWORD

SELECT 'CREATE ROLE stillage_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stillage_owner') \gexec
SELECT 'CREATE ROLE stillage_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stillage_app') \gexec
ALTER ROLE stillage_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'owner_password';
ALTER ROLE stillage_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'app_password';

-- Limits for whoever comes with these roles and sets none; Stillage's processes set their own on connecting.
ALTER ROLE stillage_app SET statement_timeout = '5s';
ALTER ROLE stillage_app SET lock_timeout = '2s';
ALTER ROLE stillage_app SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE stillage_app SET temp_file_limit = '2GB';
ALTER ROLE stillage_owner SET statement_timeout = 0;
ALTER ROLE stillage_owner SET lock_timeout = '5s';
-- The worker's imports may take a minute as a whole, so the limit on transactions is the worker's.
SELECT 'ALTER ROLE stillage_app SET transaction_timeout = ''120s'''
WHERE current_setting('server_version_num')::int >= 170000 \gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO stillage_app', current_database()) \gexec
SELECT format('GRANT CONNECT, CREATE ON DATABASE %I TO stillage_owner', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO stillage_owner;
GRANT USAGE ON SCHEMA public TO stillage_app;

-- Tables that migrations make later, and those that are there already. No TRUNCATE, no TRIGGER, no REFERENCES.
ALTER DEFAULT PRIVILEGES FOR ROLE stillage_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO stillage_app;
ALTER DEFAULT PRIVILEGES FOR ROLE stillage_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO stillage_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO stillage_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO stillage_app;

-- Search uses it where it is there.
SELECT 'CREATE EXTENSION IF NOT EXISTS pg_trgm'
WHERE EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') \gexec
