import "./zod-without-eval.ts";
import { z } from "zod";
import {
  describeIssues,
  eventIdSchema,
  type ObservationMessage,
  observationMessageSchema,
} from "../shared/observation.ts";

/** The server answered, but not with what was asked for. Its message is the server's own reason. */
export class RefusedError extends Error {
  override name = "RefusedError";
  constructor(
    reason: string,
    /** How long the server asks us to wait, `null` when it does not say. */
    readonly retryAfterMs: number | null,
  ) {
    super(reason);
  }
}

const stationSchema = z.object({
  stationId: z.string(),
  name: z.string().nullable(),
  owner: z.string().nullable(),
  longitude: z.number().nullable(),
});

/** What the page needs to know of a station. */
export type Station = z.infer<typeof stationSchema>;

const stationsSchema = z.object({ stations: z.array(stationSchema) });
const latestSchema = z.object({ lastEventId: eventIdSchema, observations: z.array(z.unknown()) });

/** The newest observation of each station, and the event id from which a stream goes on without a gap. */
export type Latest = { lastEventId: string; observations: ObservationMessage[] };

/**
 * @throws {RefusedError} when the server says no
 * @throws {TypeError} when it cannot be reached
 */
export async function loadStations(server: string, signal: AbortSignal): Promise<Station[]> {
  return (await load(`${server}/v1/stations`, stationsSchema, signal)).stations;
}

/**
 * Loads the snapshot. Observations that do not fit the contract are left out and named in the console.
 * @throws {RefusedError} when the server says no
 * @throws {TypeError} when it cannot be reached
 */
export async function loadLatest(server: string, signal: AbortSignal): Promise<Latest> {
  const { lastEventId, observations } = await load(`${server}/v1/observations/latest`, latestSchema, signal);
  return { lastEventId, observations: observations.flatMap((value) => checkObservation(value) ?? []) };
}

/** The address of a stream of everything after an event. */
export function streamUrl(server: string, lastEventId: string): string {
  return `${server}/v1/observations/stream?lastEventId=${lastEventId}`;
}

/** The data of an `observation` event; `null`, and a word in the console, when it does not fit the contract. */
export function parseObservation(data: string): ObservationMessage | null {
  try {
    return checkObservation(JSON.parse(data));
  } catch {
    console.warn("ignored an observation that is not JSON:", data);
    return null;
  }
}

/** Asks why a stream was refused, since an EventSource does not tell. @throws {TypeError} when the server cannot be reached */
export async function askWhyRefused(url: string, signal: AbortSignal): Promise<Error> {
  const enough = new AbortController();
  const response = await fetch(url, { signal: AbortSignal.any([signal, enough.signal]) });
  if (!response.ok) return refusalOf(response);
  enough.abort();
  return response.headers.get("Content-Type")?.startsWith("text/event-stream")
    ? new Error("the stream was cut off")
    : new RefusedError("what answers there is not a bellbuoy server", null);
}

async function load<T>(url: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw await refusalOf(response);
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new RefusedError("what answers there is not a bellbuoy server", null);
  return parsed.data;
}

function checkObservation(value: unknown): ObservationMessage | null {
  const parsed = observationMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  console.warn("ignored an observation that does not fit:", describeIssues(parsed.error), value);
  return null;
}

const problemSchema = z.object({ title: z.string(), detail: z.string().optional() });

/** What a problem document (RFC 9457) says, or else the bare status. */
async function refusalOf(response: Response): Promise<RefusedError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  const reason = problem.success ? (problem.data.detail ?? problem.data.title) : `status ${response.status}`;
  return new RefusedError(reason, retryAfterMs(response.headers.get("Retry-After")));
}

/** `Retry-After` in both of its forms, seconds or a date. */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}
