-- Where the present timeline of event ids begins. A backup or a failover sets the database back to ids that listeners have
-- passed already. The worker then goes on far above them, and a listener whose last id is below this mark gets a reset.
-- poll_seconds is the worker's POLL_SECONDS, so that the server can tell when a poll is overdue.
alter table stream_marks
  add column timeline_event_id bigint not null default 0,
  add column poll_seconds integer;
