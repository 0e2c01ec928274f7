// Tests that the API stays compatible with the last release: see "What may change" in docs/api.md.

import { afterAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { startApp } from "../rig/app.ts";
import { startStack } from "../rig/stack.ts";

type Json = { [name: string]: unknown };
type MediaType = { schema?: Json; "x-columns"?: string[]; "x-events"?: Json };

const project = join(import.meta.dir, "../..");
const releases = join(project, "tests/fixtures/openapi");
const [lastRelease = ""] = readdirSync(releases)
  .map((file) => basename(file, ".json"))
  .sort(Bun.semver.order)
  .reverse();
const released = await Bun.file(join(releases, `${lastRelease}.json`)).json();
const [, unreleased = ""] = (await Bun.file(join(project, "CHANGELOG.md")).text()).split(/^## /m);
const stack = await startStack();
const app = await startApp(stack);
const offered = await (await fetch(`${app.url}/openapi.json`)).json();

afterAll(async () => {
  await app.stop();
  await stack.stop();
});

test(`no path, parameter or field was removed or changed its type since ${lastRelease}, unless CHANGELOG names it`, () => {
  const unexplained = breakages(released, offered).filter(({ name }) => !unreleased.includes(`\`${name}\``));
  expect(unexplained.map(({ what }) => what)).toEqual([]);
});

test("the comparison finds removed paths and fields, also nested ones, and changed types", () => {
  const changed = structuredClone(offered);
  delete changed.components.schemas.Status.properties.lastPoll;
  changed.components.schemas.Station.properties.latitude = { type: "string" };
  delete changed.components.schemas.StationFeature.properties.geometry.anyOf[0].properties.coordinates;
  delete changed.paths["/v1/medians"];
  changed.paths["/v1/stations"].get.responses[200].content["text/csv"]["x-columns"].shift();
  delete changed.paths["/v1/observations/stream"].get.responses[200].content["text/event-stream"]["x-events"].reset;
  expect(
    breakages(offered, changed)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["/v1/medians", "coordinates", "lastPoll", "latitude", "reset", "stationId"]);
});

/** Lists the promises of `before` that `after` breaks. */
function breakages(before: Json, after: Json): { name: string; what: string }[] {
  const [were, are] = [promisesOf(before), promisesOf(after)];
  return [...were].flatMap(([key, { name, type }]) => {
    const now = are.get(key);
    // If a path is gone, do not list its parameters and responses too.
    if (now === undefined)
      return key.includes(" ") && !are.has(key.split(" ")[0] ?? "") ? [] : [{ name, what: `${key} is gone` }];
    return now.type === type ? [] : [{ name, what: `${key} was ${type} and is ${now.type}` }];
  });
}

/** Collects paths, parameters and schema fields, each under a unique key. */
function promisesOf(description: Json): Map<string, { name: string; type: string }> {
  const promises = new Map<string, { name: string; type: string }>();
  for (const [path, item] of entriesOf(description.paths)) {
    promises.set(path, { name: path, type: "address" });
    const { parameters = [], responses = {} } = (item as { get: Json }).get;
    for (const parameter of parameters as { name: string; in: string; schema: Json }[]) {
      promises.set(`${path} ${parameter.in} ${parameter.name}`, {
        name: parameter.name,
        type: typeOf(parameter.schema),
      });
    }
    for (const [status, response] of entriesOf(responses)) {
      for (const [media, content] of entriesOf((response as Json).content)) {
        promises.set(`${path} ${status} ${media}`, { name: media, type: "media type" });
        const { schema = {}, "x-columns": columns = [], "x-events": events } = content as MediaType;
        addFields(`${path} ${status} ${media}`, schema);
        for (const column of columns)
          promises.set(`${path} ${status} ${media} ${column}`, { name: column, type: "column" });
        for (const [event] of entriesOf(events)) promises.set(`${path} event ${event}`, { name: event, type: "event" });
      }
    }
  }
  for (const [id, schema] of entriesOf((description.components as Json).schemas)) {
    promises.set(id, { name: id, type: typeOf(schema as Json) });
    addFields(id, schema as Json);
  }
  return promises;

  /** Adds the fields of a schema, and those of the objects and lists in it. */
  function addFields(where: string, { properties, items, anyOf, allOf }: Json): void {
    for (const [field, schema] of entriesOf(properties)) {
      promises.set(`${where} ${field}`, { name: field, type: typeOf(schema as Json) });
      addFields(`${where} ${field}`, schema as Json);
    }
    for (const part of [items, anyOf, allOf].flat()) if (part !== undefined) addFields(where, part as Json);
  }
}

/** Returns the type in one word, without limits and descriptions. */
function typeOf({ type, anyOf, allOf, items, $ref, const: only }: Json): string {
  const parts = (anyOf ?? allOf) as Json[] | undefined;
  if (parts) return parts.map(typeOf).sort().join("|");
  if (items) return `${typeOf(items as Json)}[]`;
  return String(type ?? $ref ?? only ?? "any");
}

function entriesOf(value: unknown): [string, unknown][] {
  return Object.entries((value ?? {}) as Json);
}
