// Entry point of the executable: starts the worker or the server, or moves the event ids after a restore.

import { version } from "../../package.json" with { type: "json" };

/** Loads the program that the first argument names. One file holds all, because most of its size is Bun. */
const services = {
  worker: () => import("../worker/main.ts"),
  server: () => import("../server/main.ts"),
  restored: () => import("../worker/restored.ts"),
};

const usage = `bellbuoy ${version}

  bellbuoy worker    fetches, stores and publishes observations
  bellbuoy server    streams them to listeners, and serves the API and the player
  bellbuoy restored  run once after a backup was restored: no event id is used twice

Settings come from the environment; docs/settings.md lists them, docs/self-hosting.md explains how to run bellbuoy.
`;

const [name = "", ...more] = process.argv.slice(2);

if (Object.hasOwn(services, name) && more.length === 0) {
  await services[name as keyof typeof services]();
} else if (name === "--version") {
  process.stdout.write(`${version}\n`);
} else if (name === "--help") {
  process.stdout.write(usage);
} else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
