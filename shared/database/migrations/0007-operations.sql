-- Since when every answer was an older version of the file than the stored one: two mirrors behind one address can differ.
alter table upstream_files add column older_since timestamptz;

-- The last result of each job, whichever worker ran it.
create table job_results (
  job           text primary key,
  -- When this table was made. Before the first success, ages count from here.
  since         timestamptz not null default now(),
  succeeded_at  timestamptz,
  -- Both are null after a success.
  failing_since timestamptz,
  failure       text
);
insert into job_results (job) values ('poll'), ('stations'), ('backfill'), ('prune');

-- How many rows of a UTC day were rejected for a reason, and the last example.
create table rejected_rows (
  day         date not null,
  reason      text not null,
  rows        bigint not null,
  rejected_at timestamptz not null,
  example     text not null,
  primary key (day, reason)
);
