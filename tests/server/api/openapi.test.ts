// Tests that /openapi.json is valid and describes the real answers.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { parse } from "csv-parse/sync";
import { unguardedIds } from "../../../services/worker/store/event-id-guard.ts";
import { storeHistory } from "../../../services/worker/store/history.ts";
import { storePoll } from "../../../services/worker/store/poll.ts";
import { storeStations } from "../../../services/worker/store/stations.ts";
import { publishPending } from "../../../services/worker/tasks/publish.ts";
import { latestObsPath } from "../../../shared/upstream.ts";
import { listen } from "../../rig/listen.ts";
import { observed } from "../../rig/observed.ts";
import { startStack } from "../../rig/stack.ts";

setDefaultTimeout(120_000);

type Schema = Record<string, unknown>;
type MediaType = { schema: Schema; "x-line"?: Schema; "x-columns"?: string[]; "x-events"?: Record<string, Schema> };
type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  description: string;
  example?: unknown;
  schema: Schema;
};
type Operation = {
  operationId: string;
  parameters: Parameter[];
  responses: Record<string, { content?: Record<string, MediaType> }>;
};
type Document = { openapi: string; paths: Record<string, { get: Operation }>; components: Schema };

const stack = await startStack();
const server = await stack.start("server", { TRUST_PROXY: "1" });
const response = await fetch(`${server.url}/openapi.json`);
const api = (await response.json()) as Document;

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ $id: "api", components: api.components });

afterAll(stack.stop);

const operations = Object.entries(api.paths).map(([path, { get }]) => ({ path, ...get }));
const answers = operations.flatMap(({ path, parameters, responses }) =>
  Object.entries(responses[200]?.content ?? {}).map(([type, media]) => ({ path, parameters, type, media })),
);

/** Creates the validator of a schema, which may refer to components. */
function validatorOf(schema: Schema): ValidateFunction {
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')));
}

function expectToFit(schema: Schema, value: unknown): void {
  const validate = validatorOf(schema);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

/** Returns a URL with every parameter set to its example, except the named ones. */
function addressOf(path: string, parameters: Parameter[], ...without: string[]): string {
  const textOf = ({ example }: Parameter) => encodeURIComponent(String(example));
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = parameters.find((parameter) => parameter.name === name);
    return parameter === undefined ? "" : textOf(parameter);
  });
  const query = parameters
    .filter((parameter) => parameter.in === "query" && !without.includes(parameter.name))
    .map((parameter) => `${parameter.name}=${textOf(parameter)}`);
  return `${server.url}${filled}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}

beforeAll(async () => {
  const unnamed = { elevationM: null, name: null, owner: null, program: null, type: null };
  await storeStations(stack.sql, [
    { stationId: "44009", latitude: 38.46, longitude: -74.69, ...unnamed, name: 'DELAWARE BAY, 26 NM "SE"' },
    { stationId: "46026", latitude: 37.75, longitude: -122.84, ...unnamed },
  ]);
  const now = new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString();
  await storeHistory(
    stack.sql,
    [
      observed("44009", "2026-05-09T09:50:00Z", { waveHeightM: 1.2, gustMps: 9 }),
      observed("46026", "2026-05-09T09:50:00Z", { waveHeightM: -0 }),
    ],
    unguardedIds,
  );
  await storePoll(
    stack.sql,
    latestObsPath,
    { etag: null, lastModified: null, hash: null },
    [
      observed("44009", now, { waveHeightM: 2.3, tideFt: -0.4 }),
      observed("46026", now, { latitude: 37.75, longitude: -122.84 }),
    ],
    unguardedIds,
  );
  await publishPending(stack.sql, stack.redis);
});

test("/openapi.json is a valid OpenAPI 3.1 document", async () => {
  expect(response.headers.get("Content-Type")).toBe("application/json");
  expect(api.openapi).toStartWith("3.1.");
  expect(await new Validator().validate(JSON.parse(JSON.stringify(api)))).toEqual({ valid: true });
});

test("/openapi.json describes every endpoint, and each parameter with a description and an example", () => {
  expect(Object.keys(api.paths).sort()).toEqual([
    "/health",
    "/metrics",
    "/openapi.json",
    "/ready",
    "/v1/batches",
    "/v1/conditions",
    "/v1/medians",
    "/v1/observations",
    "/v1/observations/by-station/{stationId}",
    "/v1/observations/latest",
    "/v1/observations/stream",
    "/v1/stations",
    "/v1/stations/{stationId}",
    "/v1/status",
  ]);
  for (const { path, parameters } of operations) {
    for (const parameter of parameters) {
      expect(parameter.description, `${parameter.name} of ${path}`).not.toBeEmpty();
      expect(parameter, `${parameter.name} of ${path}`).toHaveProperty("example");
      expectToFit(parameter.schema, parameter.example);
    }
  }
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

describe("an answer matches /openapi.json", () => {
  const whole = answers.filter(({ type }) => type !== "text/event-stream");

  test.each(whole.map((answer) => [answer.path, answer.type, answer] as const))(
    "%s as %s",
    async (path, type, { parameters, media }) => {
      // With all examples, which together may match no row, and without parameters.
      const addresses = [
        addressOf(path, parameters, "format"),
        addressOf(path, parameters, "format", "since", "until", "cursor", "bbox"),
        addressOf(path, parameters, ...parameters.map(({ name }) => name)),
      ];
      let found = 0;
      for (const address of addresses) {
        const answer = await fetch(address, { headers: { Accept: type } });
        expect(answer.status).toBe(200);
        expect(answer.headers.get("Content-Type")?.split(";", 1)).toEqual([type]);
        const text = await answer.text();
        if (media["x-line"] !== undefined) {
          const lines = text.split("\n");
          expect(lines.pop()).toBe("");
          for (const line of lines) expectToFit(media["x-line"], JSON.parse(line));
          found += lines.length;
        } else if (media["x-columns"] !== undefined) {
          const [header, ...rows] = parse(text) as string[][];
          expect(header).toEqual(media["x-columns"]);
          found += rows.length;
        } else {
          expectToFit(media.schema, type === "text/plain" ? text : JSON.parse(text));
          found += text.length;
        }
      }
      expect(found).toBeGreaterThan(0);
    },
  );

  test("/v1/observations/stream, event by event", async () => {
    const stream = answers.find(({ type }) => type === "text/event-stream");
    const { parameters = [], media: { "x-events": events = {} } = {} } = stream ?? {};
    expect(Object.keys(events)).toEqual(["connection", "heartbeat", "observation", "reset"]);
    const resumed = await listen(addressOf("/v1/observations/stream", parameters, "bbox"));
    await resumed.heard(2);
    const restarted = await listen(addressOf("/v1/observations/stream", parameters), { "Last-Event-ID": "none" });
    await restarted.event(({ event }) => event === "reset");
    for (const listener of [resumed, restarted]) {
      for (const { event, data } of listener.events) {
        if (data !== "") expectToFit(events[event] ?? { not: {} }, JSON.parse(data));
      }
      listener.leave();
    }
  });

  test("also if it is an error", async () => {
    const { Problem: schema } = (api.components as { schemas: Record<string, Schema> }).schemas;
    for (const path of ["/v1/stations/no", "/v1/stations/99999", "/v1/status?x=1", "/nothing"]) {
      const refused = await fetch(server.url + path);
      expect(refused.headers.get("Content-Type")).toBe("application/problem+json");
      expectToFit(schema ?? { not: {} }, await refused.json());
    }
  });
});
