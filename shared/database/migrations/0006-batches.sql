-- When events arrived: the ids that each poll assigned, and the time. A page that opens between two polls continues the
-- newest batch. Only the last few are kept.
create table batches (
  first_event_id bigint primary key,
  last_event_id  bigint not null,
  arrived_at     timestamptz not null
);
