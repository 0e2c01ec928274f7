import { z } from "zod";
import {
  type Measurement,
  type MedianMeasurement,
  measurements,
  medianMeasurements,
} from "../../../shared/measurements.ts";
import { eventIdSchema, observationMessageSchema } from "../../../shared/observation.ts";

/*
 * What the answers look like, for `/openapi.json` and for the tests that hold each answer to it. What has an `id` is a
 * component there.
 */

/** What each measured field is, for who has not met it. */
const meanings: Record<Measurement, string> = {
  waveHeightM: "Significant wave height, in metres.",
  windSpeedMps: "Wind speed, in metres a second.",
  windDirDeg: "Where the wind comes from, in degrees clockwise from true north.",
  waterTempC: "Temperature of the sea at its surface, in °C.",
  pressureHpa: "Pressure at sea level, in hPa.",
  gustMps: "Speed of the gusts, in metres a second.",
  dominantPeriodS: "Period of the waves with the most energy, in seconds.",
  averagePeriodS: "Average period of all waves, in seconds.",
  meanWaveDirDeg: "Where the waves of the dominant period come from, in degrees clockwise from true north.",
  airTempC: "Temperature of the air, in °C.",
  dewPointC: "Dew point, in °C.",
  visibilityNmi: "Visibility, in nautical miles.",
  pressureTendencyHpa: "How much the pressure rose in the past three hours, in hPa.",
  tideFt: "Height of the water above the mean of the lower low waters, in feet.",
};

const stationId = z
  .string()
  .regex(/^[A-Z0-9]{4,10}$/)
  .describe("NDBC's id of the station.");
const time = z.iso.datetime({ precision: 3 });
/** Times of observations are whole seconds. */
const observedTime = time.refine((text) => text.endsWith(".000Z"));
const lastEventId = eventIdSchema.describe(
  "This answer holds everything up to this event: a stream from here misses nothing.",
);

const fields = Object.fromEntries(
  measurements.map((name) => [name, observationMessageSchema.shape[name].describe(meanings[name])]),
) as { [Name in Measurement]: (typeof observationMessageSchema.shape)[Name] };

/** An observation, as it is published. */
export const observation = z
  .object({
    stationId,
    timestamp: observedTime.describe("When it was observed, UTC."),
    ...fields,
    eventId: eventIdSchema.optional().describe("Its place in the stream. History that was fetched later has none."),
  })
  .meta({
    id: "Observation",
    description:
      "What one station measured at one time. The first five values are `null` where they were not measured, the others absent.",
  });

/** The answer of `/v1/observations/latest`. */
export const latest = z.object({ lastEventId, observations: z.array(observation) }).meta({ id: "Latest" });

/** The answer of `/v1/observations/by-station/:stationId`. */
export const history = z.object({ stationId, observations: z.array(observation) }).meta({ id: "History" });

/** The answer of `/v1/observations`. */
export const observationPage = z
  .object({
    lastEventId,
    observations: z.array(observation),
    nextCursor: z
      .string()
      .nullable()
      .describe("The next page is this one's address with this `cursor`; `null`: it was the last."),
  })
  .meta({ id: "ObservationPage" });

const measured = z
  .object({ value: z.number(), at: observedTime.describe("When it was measured, UTC.") })
  .meta({ id: "Measured", description: "A value and when it was measured." });

/** What a station measured last, field by field. */
export const stationConditions = z
  .object({ stationId, ...valueOfEach(measurements, (name) => measured.nullable().describe(meanings[name])) })
  .meta({
    id: "StationConditions",
    description: "What a station measured last, each value with its own time; `null`: not measured.",
  });

/** The answer of `/v1/conditions`. */
export const conditions = z.object({ lastEventId, conditions: z.array(stationConditions) }).meta({ id: "Conditions" });

/** One step of the past. */
export const medianStep = z
  .object({
    at: observedTime.describe("The end of the step, UTC."),
    stations: z.int().describe("How many stations had measured anything."),
    ...valueOfEach(medianMeasurements, (name) => z.number().nullable().describe(meanings[name])),
  })
  .meta({
    id: "MedianStep",
    description:
      "The median of what each station measured last in the hour before; of the wind's direction, that of the vectors' sum, without calms.",
  });

/** The answer of `/v1/medians`. */
export const medians = z.object({ stepMinutes: z.int(), medians: z.array(medianStep) }).meta({ id: "Medians" });

const text = z.string().nullable();
const degrees = z.number().nullable();

/** A station. */
export const station = z
  .object({
    stationId,
    name: text,
    owner: text.describe("Who runs it, and whose data these are."),
    program: text.describe("The programme that it belongs to."),
    type: text.describe("What it is, like `buoy`."),
    latitude: degrees.describe("In degrees, north is positive."),
    longitude: degrees.describe("In degrees, east is positive."),
    elevationM: z.number().nullable().describe("Height of the site above the sea, in metres."),
  })
  .meta({ id: "Station", description: "A station; what is not known is `null`." });

/** The answer of `/v1/stations`. */
export const stations = z.object({ stations: z.array(station) }).meta({ id: "Stations" });

/** The answer of `/v1/status`. */
export const status = z
  .object({
    version: z.string().describe("The server's version."),
    lastPoll: time.nullable().describe("When NDBC last answered a worker."),
    lastPollBegun: time.nullable().describe("When a worker last began to ask NDBC, whether it was answered or not."),
    pollSeconds: z.int().nullable().describe("How many seconds polls are apart."),
    pollsStopped: z.boolean().describe("Whether no worker asks NDBC any more."),
    ndbcLastModified: text.describe("How old NDBC says its newest file is: an HTTP date."),
    stationsReporting: z.int().describe("Stations with an observation of the last three hours."),
    simulated: z.boolean().describe("Whether this is a simulated sea."),
    lastEventId: eventIdSchema.describe("The newest event that is stored."),
  })
  .meta({ id: "Status" });

/** The answer of `/health`. */
export const health = z
  .looseObject({
    status: z.literal("up"),
    streams: z.int().describe("Open streams."),
    droppedMessages: z.int().describe("Messages on Redis that did not fit the schema."),
  })
  .meta({ id: "Health" });

/** The answer of `/ready`, where the server is. */
export const ready = z.object({ status: z.literal("ready") }).meta({ id: "Ready" });

/** Why a request was refused. */
export const problem = z
  .looseObject({
    type: z.url().describe("Where this kind of problem is described."),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("What is wrong, for a program: it never changes. The type ends with it."),
    detail: z.string().describe("What is wrong with this very request, and what is allowed."),
    parameter: z.string().optional().describe("The parameter that is wrong."),
  })
  .meta({ id: "Problem", description: "Why a request was refused (RFC 9457)." });

/** What stands in `data` of a stream's event `connection`. */
export const streamConnection = z
  .object({
    status: z.literal("connected"),
    timestamp: time,
    lastEventId: eventIdSchema.describe("The stream sends nothing up to this event and everything after it."),
  })
  .meta({ id: "StreamConnection" });

/** What stands in `data` of a stream's event `heartbeat`. */
export const streamHeartbeat = z
  .object({
    lastEventId: eventIdSchema.describe("The stream has sent everything up to this event that its filter wants."),
  })
  .meta({ id: "StreamHeartbeat" });

/** What stands in `data` of a stream's event `observation`. */
export const streamObservation = observation.omit({ eventId: true }).loose().meta({
  id: "StreamObservation",
  description: "An observation; its event id is the event's `id`. Other programs may publish more keys.",
});

/** What stands in `data` of a stream's event `reset`. */
export const streamReset = z
  .object({ reason: z.string(), lastEventId: eventIdSchema.describe("Where this stream goes on.") })
  .meta({
    id: "StreamReset",
    description:
      "What was missed cannot be told event by event: load `/v1/observations/latest` and go on from its `lastEventId`.",
  });

const point = z.object({
  type: z.literal("Point"),
  coordinates: z.tuple([z.number(), z.number()]).describe("Longitude and latitude, in degrees."),
});

/** A GeoJSON feature at a station's place. */
export function feature(id: string, properties: z.ZodType) {
  return z
    .object({
      type: z.literal("Feature"),
      id: stationId,
      geometry: point.nullable().describe("`null` where nobody knows the place."),
      properties,
    })
    .meta({ id });
}

/** A GeoJSON collection of features, and what else the same answer has in JSON. */
export function featureCollection(id: string, features: z.ZodType, others: z.ZodRawShape) {
  return z.object({ type: z.literal("FeatureCollection"), ...others, features: z.array(features) }).meta({ id });
}

function valueOfEach<Name extends Measurement | MedianMeasurement, Schema extends z.ZodType>(
  names: readonly Name[],
  schemaOf: (name: Name) => Schema,
): Record<Name, Schema> {
  return Object.fromEntries(names.map((name) => [name, schemaOf(name)])) as Record<Name, Schema>;
}
