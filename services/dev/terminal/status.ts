// Reads the status of a running stack and formats it as one line.

import { z } from "zod";
import { type Outage, type OutageCode, outageCodes } from "../../../shared/outage.ts";

/** Holds what the server knows about itself and the worker. */
export type StackStatus = {
  stations: number;
  /** Reports sent since the server started. */
  reports: number;
  listeners: number;
  /** Time of the last poll that NDBC answered, in ms since 1970; `null` before the first one. */
  lastPollMs: number | null;
  problems: string[];
};

/** The page says the same. */
const outageWords: Record<OutageCode, string> = {
  never_polled: "No reports yet: NDBC has not answered this server",
  polls_stopped: "This server has not asked NDBC since",
  ndbc_unreachable: "This server has not reached NDBC since",
  ndbc_silent: "NDBC silent since",
};

const statusAnswer = z.object({
  stationsReporting: z.number(),
  lastPoll: z.string().nullable(),
  outage: z.object({ code: z.enum(outageCodes), since: z.string().nullable() }).nullable(),
});
const readyAnswer = z.object({ problems: z.array(z.object({ reason: z.string() })).optional() });

/** Reads the status from a server on this machine. @throws {Error} if it does not answer */
export async function readStatus(address: string): Promise<StackStatus> {
  const read = async (path: string) => (await fetch(address + path)).text();
  const [statusText, readyText, metrics] = await Promise.all(["/v1/status", "/ready", "/metrics"].map(read));
  const status = statusAnswer.parse(JSON.parse(statusText ?? ""));
  const ready = readyAnswer.parse(JSON.parse(readyText ?? ""));
  const metric = (name: string) => Number(new RegExp(`^${name}\\S* (\\S+)$`, "m").exec(metrics ?? "")?.[1] ?? 0);
  const lastPollMs = status.lastPoll === null ? null : Date.parse(status.lastPoll);
  const problems = (ready.problems ?? []).map(({ reason }) => reason);
  if (lastPollMs !== null && status.outage !== null) problems.push(describeOutage(status.outage, Date.now()));
  return {
    stations: status.stationsReporting,
    reports: metric("bellbuoy_events_broadcast_total"),
    listeners: metric("bellbuoy_streams_open"),
    lastPollMs,
    problems,
  };
}

/** Formats the status line. @param nowMs in ms since 1970 @param beforeFirstPoll text to show until a poll has succeeded */
export function statusLine(status: StackStatus, nowMs: number, beforeFirstPoll: string): string {
  const { stations, reports, listeners, lastPollMs, problems } = status;
  if (lastPollMs === null) return [...problems, beforeFirstPoll].join(" · ");
  return [
    counted(stations, "station"),
    counted(reports, "report"),
    counted(listeners, "listener"),
    `last poll ${age(nowMs - lastPollMs)} ago`,
    problems.join(", ") || "no problems",
  ].join(" · ");
}

/** Describes an outage as the page does: `NDBC silent since 09:35`, with the day unless it is today's. */
export function describeOutage({ code, since }: Outage, nowMs: number): string {
  if (since === null) return outageWords[code];
  const time = new Date(since);
  const clock = time.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (time.toDateString() === new Date(nowMs).toDateString()) return `${outageWords[code]} ${clock}`;
  return `${outageWords[code]} ${time.toLocaleDateString("en", { day: "numeric", month: "long" })}, ${clock}`;
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
