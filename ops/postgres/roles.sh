#!/bin/sh
# Runs once, when the database is made: the logins of docs/operations.md, with the passwords of the secrets.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner="$(cat /run/secrets/owner_password)" --set app="$(cat /run/secrets/app_password)" <<'SQL'
create role innstream_owner login password :'owner';
create role innstream_app login noinherit password :'app';
create role innstream_relay nologin;
grant innstream_relay to innstream_app with inherit false, set true;
create database innstream owner innstream_owner;
revoke all on database innstream from public;
grant connect on database innstream to innstream_app;
SQL
