// Generated files in the format of NDBC's `latest_obs.txt`.
/** Holds the two header lines of the file. */
export const latestObsHeader = `#STN       LAT      LON  YYYY MM DD hh mm WDIR WSPD   GST WVHT  DPD APD MWD   PRES  PTDY  ATMP  WTMP  DEWP  VIS   TIDE
#text      deg      deg   yr mo day hr mn degT  m/s   m/s   m   sec sec degT   hPa   hPa  degC  degC  degC  nmi     ft
`;

/** Returns a `latest_obs.txt` with one row for each of `stations` stations at one time; values differ between rows. */
export function latestObsFile(stations: number, observedAt: Date): string {
  const [date, clock] = observedAt.toISOString().split("T") as [string, string];
  const time = `${date.replaceAll("-", " ")} ${clock.slice(0, 2)} ${clock.slice(3, 5)}`;
  const rows = Array.from({ length: stations }, (_, index) => {
    const latitude = (index % 120) - 60;
    const longitude = (index % 360) - 180;
    const wave = (index % 90) / 10;
    return `${10_000 + index} ${latitude}.000 ${longitude}.000 ${time} ${index % 360} ${index % 30}.5 MM ${wave} ${4 + (index % 14)} MM ${index % 360} 10${10 + (index % 20)}.1 MM MM ${index % 30}.2 MM MM MM`;
  });
  return `${latestObsHeader}${rows.join("\n")}\n`;
}
