-- Creates bellbuoy's database and its two roles: the worker owns the tables, the server may only read them.
-- Run by psql 14 or later as a superuser, with the passwords in WORKER_PASSWORD and SERVER_PASSWORD.
\getenv worker_password WORKER_PASSWORD
\getenv server_password SERVER_PASSWORD
\getenv is_socket_only SUPERUSER_BY_SOCKET_ONLY
create role bellbuoy login password :'worker_password';
create role bellbuoy_server login password :'server_password';
create database bellbuoy owner bellbuoy encoding 'UTF8' locale 'C' template template0;
revoke temporary on database bellbuoy from public;
\connect bellbuoy
-- The default until PostgreSQL 14.
revoke create on schema public from public;
grant create on schema public to bellbuoy;
-- Also for the tables of later migrations.
alter default privileges for role bellbuoy in schema public grant select on tables to bellbuoy_server;
grant select on all tables in schema public to bellbuoy_server;
\if :{?is_socket_only}
  alter role current_user password null;
\endif
