// The entry point of the executable.

import { version } from "../../package.json" with { type: "json" };

/** Both services in one file, since most of an executable is Bun itself: the first argument chooses. */
const services = {
  worker: () => import("../worker/main.ts"),
  server: () => import("../server/main.ts"),
};

const usage = `bellbuoy ${version}

  bellbuoy worker    fetches, stores and publishes what the buoys report
  bellbuoy server    streams it to listeners, and serves the API and the player

Settings come from the environment; docs/settings.md lists them, docs/self-hosting.md tells how to run it.
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
