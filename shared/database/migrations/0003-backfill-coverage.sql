-- What of a file was stored: rows of these stations (null: of all), observed in this span. A file that has not changed needs no
-- second look only where that covers what is wanted now. Of what earlier versions stored it is not known, so it is nothing.
alter table upstream_files
  add column read_stations text[],
  add column read_span     tstzrange not null default 'empty';

-- UTC hours whose every row was read after they were over: of one station, or of every station ('*'). Earlier versions noted
-- hours for stations that they had not read, so all of it is read once more.
drop table backfilled_hours;
create table backfilled_hours (
  station_id  text primary key,
  hours       tstzmultirange not null default '{}',
  -- When the station's own file was last answered for, and from which time on its rows were wanted.
  asked_at    timestamptz,
  asked_since timestamptz,
  -- When its own file could not be read, if that was the last that happened to it.
  failed_at   timestamptz
);
