-- Run once by the Postgres image, on an empty volume, as its superuser.
--
--   unicorn_owner  owns the schema; migrations run as this role
--   unicorn_app    worker and API; owns nothing, so it cannot lift a protection; migrations grant what it needs
--   temporal       owns the databases of the Temporal server, and sees nothing of ours

\getenv owner_password UNICORN_OWNER_PASSWORD
\getenv app_password UNICORN_APP_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

create role unicorn_owner login password :'owner_password';
create role unicorn_app login password :'app_password';
create role temporal login password :'temporal_password';

create database unicorn owner unicorn_owner;
create database temporal owner temporal;
create database temporal_visibility owner temporal;

-- Everybody may connect to every new database, unless that is revoked.
revoke connect, temporary on database unicorn, temporal, temporal_visibility from public;
grant connect on database unicorn to unicorn_app;
