-- Where the present timeline of event ids begins. A backup or a failover sets the database back to ids that listeners have
-- passed already. The worker then goes on far above them, and a listener whose last id is below this mark gets a reset.
alter table stream_marks
  add column timeline_event_id bigint not null default 0;
