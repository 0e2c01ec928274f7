-- Where a station lies is stored with its rows; who it is comes from NDBC's station list, so either may be known first.
create table stations (
  station_id  text primary key,
  latitude    double precision,
  longitude   double precision,
  elevation_m double precision,
  name        text,
  owner       text,
  program     text,
  type        text
);

create sequence event_ids as bigint;

-- One row per station and time. event_id is the row's place in the stream: the poll gives it, to each row it stores or
-- changes; what was backfilled is history and has none.
create table observations (
  station_id            text not null,
  observed_at           timestamptz not null,
  wave_height_m         double precision,
  wind_speed_mps        double precision,
  wind_dir_deg          double precision,
  water_temp_c          double precision,
  pressure_hpa          double precision,
  gust_mps              double precision,
  dominant_period_s     double precision,
  average_period_s      double precision,
  mean_wave_dir_deg     double precision,
  air_temp_c            double precision,
  dew_point_c           double precision,
  visibility_nmi        double precision,
  pressure_tendency_hpa double precision,
  tide_ft               double precision,
  event_id              bigint,
  primary key (station_id, observed_at)
);

create unique index observations_event_id on observations (event_id) where event_id is not null;
create index observations_observed_at on observations (observed_at, station_id);

-- How far the stream has come: the last event id that was published, and the largest that pruning took away.
create table stream_marks (
  only_row           boolean primary key default true check (only_row),
  published_event_id bigint not null default 0,
  pruned_event_id    bigint not null default 0
);
insert into stream_marks default values;

-- What the last successful fetch of a file of NDBC's looked like, so that the next one can be conditional.
create table upstream_files (
  path          text primary key,
  etag          text,
  last_modified text,
  body_hash     text,
  fetched_at    timestamptz not null
);

-- UTC hours whose every row was fetched after they were over.
create table backfilled_hours (
  hour timestamptz primary key
);
