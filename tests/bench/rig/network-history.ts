// Fills a database with the history of a whole network.

import type { Sql } from "../../../shared/database/sql.ts";

/** Kinds of stations as in the real network, so that a day has as many rows as a real one. */
const kinds = [
  // Tide stations: wind, pressure and temperatures, never waves.
  { prefix: "NOS", stations: 270, everyMinutes: 6, waves: false },
  // Buoys: waves in each third row.
  { prefix: "BUOY", stations: 225, everyMinutes: 10, waves: true },
  { prefix: "RIDER", stations: 100, everyMinutes: 30, waves: true },
  { prefix: "SHORE", stations: 380, everyMinutes: 60, waves: false },
];

/**
 * Stores the reports of a network of 975 stations for the given number of days before now, in order of time as polls do. 45 days
 * are 5 million rows.
 * @returns the number of rows
 */
export async function storeNetworkHistory(sql: Sql, days: number): Promise<number> {
  await sql`select setseed(0.5)`;
  for (const { prefix, stations } of kinds) {
    await sql`
      insert into stations (station_id, latitude, longitude, name, owner, type)
      select ${prefix}::text || lpad(number::text, 4, '0'), -60 + random() * 130, -180 + random() * 360,
        'STATION ' || number || ', SOMEWHERE (LLNR 582)', 'NDBC', 'buoy'
      from generate_series(1, ${stations}::int) as number
    `;
  }
  const reports = kinds.map(
    ({ prefix, stations, everyMinutes, waves }) => sql`
      select ${prefix}::text || lpad(number::text, 4, '0') as station_id, observed_at, ${waves}::bool as has_waves,
        extract(epoch from observed_at)::bigint / 600 % 3 = 0 as is_wave_row
      from generate_series(1, ${stations}::int) as number,
        generate_series(
          date_trunc('hour', now()) - ${days} * interval '1 day',
          now(),
          ${everyMinutes} * interval '1 minute'
        ) as observed_at
    `,
  );
  // Longer than the statement timeout of a service.
  const { count } = await sql.begin(async (tx) => {
    await tx`select set_config('statement_timeout', '0', true)`;
    return tx`
    insert into observations (
      station_id, observed_at, wave_height_m, dominant_period_s, average_period_s, mean_wave_dir_deg,
      wind_speed_mps, gust_mps, wind_dir_deg, pressure_hpa, air_temp_c, water_temp_c, dew_point_c, event_id
    )
    select station_id, observed_at,
      case when has_waves and is_wave_row then round((random() * 50)::numeric) / 10 end,
      case when has_waves and is_wave_row then 4 + floor(random() * 14) end,
      case when has_waves and is_wave_row then round((30 + random() * 60)::numeric) / 10 end,
      case when has_waves and is_wave_row then floor(random() * 360) end,
      round((random() * 200)::numeric) / 10,
      round((random() * 260)::numeric) / 10,
      ceil(random() * 36) * 10,
      round((9900 + random() * 400)::numeric) / 10,
      round((random() * 250)::numeric) / 10,
      case when random() < 0.7 then round((random() * 250)::numeric) / 10 end,
      case when random() < 0.3 then round((random() * 200)::numeric) / 10 end,
      row_number() over (order by observed_at, station_id)
    from (${reports.reduce((all, kind) => sql`${all} union all ${kind}`)}) as reports
    order by observed_at, station_id
  `;
  });
  await sql`vacuum analyze observations`;
  await sql`analyze stations`;
  return count;
}
