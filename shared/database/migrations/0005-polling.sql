-- When a worker last began a poll, and how far apart polls are: a server learns from it that no worker polls any more.
create table polling (
  only_row      boolean primary key default true check (only_row),
  begun_at      timestamptz not null,
  every_seconds integer not null
);
