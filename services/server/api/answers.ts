// Zod schemas of every API answer, for `/openapi.json` and the tests. A schema with an `id` is an OpenAPI component.

import { z } from "zod";
import {
  coreMeasurements,
  extraMeasurements,
  type Measurement,
  measurements,
  medianMeasurements,
  stationIdPattern,
} from "../../../shared/measurements.ts";
import { eventIdSchema, observationMessageSchema } from "../../../shared/observation.ts";
import { outageCodes } from "../../../shared/outage.ts";
import { recordOf } from "../../../shared/record-of.ts";

/** Describes each measurement field for API users. */
const meanings: Record<Measurement, string> = {
  waveHeightM: "Significant wave height, in metres.",
  windSpeedMps: "Wind speed, in metres per second.",
  windDirDeg: "Direction that the wind comes from, in degrees clockwise from true north.",
  waterTempC: "Sea surface temperature, in °C.",
  pressureHpa: "Sea level pressure, in hPa.",
  gustMps: "Gust speed, in metres per second.",
  dominantPeriodS: "Period of the waves with the most energy, in seconds.",
  averagePeriodS: "Average period of all waves, in seconds.",
  meanWaveDirDeg: "Direction that waves of the dominant period come from, in degrees clockwise from true north.",
  airTempC: "Air temperature, in °C.",
  dewPointC: "Dew point, in °C.",
  visibilityNmi: "Visibility, in nautical miles.",
  pressureTendencyHpa: "Pressure change over the past three hours, in hPa.",
  tideFt: "Water level above mean lower low water (MLLW), in feet.",
};

const stationId = z.string().regex(stationIdPattern).describe("NDBC station id.");
const time = z.iso.datetime({ precision: 3 });
/** Observation times are whole seconds. */
const observedTime = time.refine((text) => text.endsWith(".000Z"));
const lastEventId = eventIdSchema.describe(
  "The answer includes every event up to this id. Start a stream here to miss none.",
);

const { shape } = observationMessageSchema;
const fields = {
  ...recordOf(coreMeasurements, (name) => shape[name].describe(meanings[name])),
  ...recordOf(extraMeasurements, (name) => shape[name].describe(meanings[name])),
};

/** One published observation. */
export const observation = z
  .object({
    stationId,
    timestamp: observedTime.describe("Observation time, UTC."),
    ...fields,
    eventId: eventIdSchema.optional().describe("Event id in the stream. History that was fetched later has none."),
  })
  .meta({
    id: "Observation",
    description:
      "The values that one station measured at one time. If not measured, the first five fields are `null` and the others are absent.",
  });

/** Answer of `/v1/observations/latest`. */
export const latest = z.object({ lastEventId, observations: z.array(observation) }).meta({ id: "Latest" });

/** Answer of `/v1/observations/by-station/:stationId`. */
export const history = z.object({ stationId, observations: z.array(observation) }).meta({ id: "History" });

/** Answer of `/v1/observations`, in JSON. */
export const observationPage = z
  .object({
    lastEventId,
    observations: z.array(observation),
    nextCursor: z
      .string()
      .nullable()
      .describe("Repeat the request with this `cursor` to get the next page. `null` on the last page."),
  })
  .meta({ id: "ObservationPage" });

const measured = z
  .object({ value: z.number(), at: observedTime.describe("Observation time, UTC.") })
  .meta({ id: "Measured", description: "A value and its observation time." });

/** The last measured value of each field of a station. */
export const stationConditions = z
  .object({ stationId, ...recordOf(measurements, (name) => measured.nullable().describe(meanings[name])) })
  .meta({
    id: "StationConditions",
    description: "The last measured value of each field, each with its own time; `null`: not measured.",
  });

/** Answer of `/v1/conditions`. */
export const conditions = z.object({ lastEventId, conditions: z.array(stationConditions) }).meta({ id: "Conditions" });

/** Answer of `/v1/batches`. */
export const batches = z
  .object({
    now: time.describe("Time of this answer, by the same clock as `arrivedAt`."),
    batches: z.array(
      z.object({
        arrivedAt: time.describe("Time when the reports were stored, UTC."),
        stations: z.array(stationId).describe("The stations that reported, in the order of their events."),
      }),
    ),
  })
  .meta({ id: "Batches" });

/** One step of `/v1/medians`. */
export const medianStep = z
  .object({
    at: observedTime.describe("End of the step, UTC."),
    stations: z.int().describe("Number of stations with at least one value."),
    ...recordOf(medianMeasurements, (name) => z.number().nullable().describe(meanings[name])),
  })
  .meta({
    id: "MedianStep",
    description:
      "The median over stations of each station's last value within the hour before. The wind direction is a vector mean without calms.",
  });

/** Answer of `/v1/medians`. */
export const medians = z.object({ stepMinutes: z.int(), medians: z.array(medianStep) }).meta({ id: "Medians" });

const text = z.string().nullable();
const degrees = z.number().nullable();

/** One station. */
export const station = z
  .object({
    stationId,
    name: text,
    owner: text.describe("Operator of the station and owner of its data."),
    program: text.describe("Programme that the station belongs to."),
    type: text.describe("Station type, for example `buoy`."),
    latitude: degrees.describe("Latitude in degrees, north is positive."),
    longitude: degrees.describe("Longitude in degrees, east is positive."),
    elevationM: z.number().nullable().describe("Site elevation above sea level, in metres."),
  })
  .meta({ id: "Station", description: "A station; unknown fields are `null`." });

/** Answer of `/v1/stations`. */
export const stations = z.object({ stations: z.array(station) }).meta({ id: "Stations" });

const eventMark = z.object({ eventId: eventIdSchema, timestamp: time }).nullable();

/** Answer of `/v1/status`. */
export const status = z
  .object({
    version: z.string().describe("Server version."),
    lastPoll: time.nullable().describe("Last time that NDBC answered a worker."),
    lastPollBegun: time.nullable().describe("Last time that a worker started a poll of NDBC, successful or not."),
    pollSeconds: z.int().nullable().describe("Poll interval, in seconds."),
    pollsStopped: z.boolean().describe("Whether polling has stopped."),
    outage: z
      .object({ code: z.enum(outageCodes), since: time.nullable() })
      .nullable()
      .describe(
        "Why no new reports arrive; `null` if the newest batch is younger than three periods. `since` is `null` before the first poll that NDBC answered.",
      ),
    ndbcLastModified: text.describe("`Last-Modified` of NDBC's newest file: an HTTP date."),
    stationsReporting: z.int().describe("Number of stations with an observation in the last three hours."),
    simulated: z.boolean().describe("Whether the data is simulated."),
    lastEventId: eventIdSchema.describe("Newest stored event."),
    jobs: z
      .array(z.object({ job: z.string(), lastSuccess: time.nullable(), failingSince: time.nullable(), failure: text }))
      .describe("Last result of each job: polls, the station list, backfill, pruning."),
    rejectedRows: z
      .array(z.object({ reason: z.string(), rows: z.int(), lastAt: time, example: z.string() }))
      .describe("Rows of NDBC's files that were rejected since yesterday (UTC), by reason."),
    oldestEvent: eventMark.describe("Stored event with the lowest id."),
    newestEvent: eventMark.describe("Stored event with the highest id."),
    databaseBytes: z.int().describe("Size of the database on disk."),
    warnings: z
      .array(z.object({ code: z.string(), reason: z.string() }))
      .describe("What a person should know, as the alerts say it; empty if all is well."),
  })
  .meta({ id: "Status" });

/** Answer of `/health`. */
export const health = z
  .looseObject({
    status: z.literal("up"),
    streams: z.int().describe("Number of open streams."),
    droppedMessages: z.int().describe("Number of Redis messages that did not match the schema."),
  })
  .meta({ id: "Health" });

/** Answer of `/ready` when the server is ready. */
export const ready = z.object({ status: z.literal("ready") }).meta({ id: "Ready" });

/** Problem document of a refused request. */
export const problem = z
  .looseObject({
    type: z.url().describe("Link to the description of this kind of problem."),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("Machine-readable code; it never changes. `type` ends with it."),
    detail: z.string().describe("What is wrong with this request, and what is allowed."),
    parameter: z.string().optional().describe("Name of the invalid parameter."),
  })
  .meta({ id: "Problem", description: "Why a request was refused (RFC 9457)." });

/** `data` of the stream event `connection`. */
export const streamConnection = z
  .object({
    status: z.literal("connected"),
    timestamp: time,
    lastEventId: eventIdSchema.describe("The stream sends every event after this id, and none up to it."),
  })
  .meta({ id: "StreamConnection" });

/** `data` of the stream event `heartbeat`. */
export const streamHeartbeat = z
  .object({
    lastEventId: eventIdSchema.describe("The stream has sent every event up to this id that passes its filter."),
  })
  .meta({ id: "StreamHeartbeat" });

/** `data` of the stream event `observation`. */
export const streamObservation = observation.omit({ eventId: true }).loose().meta({
  id: "StreamObservation",
  description: "An observation; its event id is in the event's `id`. Other programs may publish extra keys.",
});

/** `data` of the stream event `reset`. */
export const streamReset = z
  .object({ reason: z.string(), lastEventId: eventIdSchema.describe("The stream continues after this event.") })
  .meta({
    id: "StreamReset",
    description:
      "The missed events cannot be replayed: load `/v1/observations/latest` and continue from its `lastEventId`.",
  });

const point = z.object({
  type: z.literal("Point"),
  coordinates: z.tuple([z.number(), z.number()]).describe("Longitude and latitude, in degrees."),
});

const attribution = z.string().describe("Sources of the data.");

/** Creates the schema of a GeoJSON feature at a station's position. */
export function feature(id: string, properties: z.ZodType) {
  return z
    .object({
      type: z.literal("Feature"),
      attribution: attribution.optional().describe("Sources of the data. In a collection, only the collection has it."),
      id: stationId,
      geometry: point.nullable().describe("`null` if the position is unknown."),
      properties,
    })
    .meta({ id });
}

/** Creates the schema of a GeoJSON collection, with the extra members of the JSON answer. */
export function featureCollection(id: string, features: z.ZodType, others: z.ZodRawShape) {
  return z
    .object({ type: z.literal("FeatureCollection"), attribution, ...others, features: z.array(features) })
    .meta({ id });
}
