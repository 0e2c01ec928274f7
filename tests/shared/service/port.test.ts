// Errors of a port that a service cannot open.

import { expect, test } from "bun:test";
import { StartError } from "../../../shared/process/service-parts.ts";
import { openPort } from "../../../shared/service/port.ts";

/** Returns the error of `openPort` for a system error code. */
function failure(code: string, host?: string): StartError {
  const settings = { port: 80, variable: "WORKER_PORT", ...(host === undefined ? {} : { host }) };
  try {
    openPort(settings, () => {
      throw Object.assign(new Error("Failed to listen"), { code });
    });
  } catch (error) {
    if (error instanceof StartError) return error;
  }
  throw new Error("no StartError");
}

test("an open port returns its server", () => {
  expect(openPort({ port: 0, variable: "PORT" }, () => "the server")).toBe("the server");
});

test.each([
  ["EADDRINUSE", "port_taken", "port 80 is taken: stop what listens there, or set WORKER_PORT to another"],
  ["EACCES", "port_not_allowed", "port 80 may not be used: set WORKER_PORT to one above 1023"],
  ["EADDRNOTAVAIL", "cannot_listen", "cannot listen on port 80 (Failed to listen)"],
])("%s has the code %s, and one line that says what to do", (system, code, message) => {
  expect(failure(system)).toMatchObject({ code, message, cause: { code: system } });
});

test("an unknown address is named together with its setting", () => {
  expect(failure("EADDRNOTAVAIL", "192.0.2.7").message).toBe(
    "cannot listen on 192.0.2.7, port 80 (Failed to listen): set HOST to an address of this machine",
  );
});

test("a port of another process is rejected with its error code", () => {
  const taken = Bun.serve({ port: 0, fetch: () => new Response() });
  const port = Number(taken.port);
  const open = () => openPort({ port, variable: "PORT" }, () => Bun.serve({ port, fetch: () => new Response() }));
  try {
    expect(open).toThrow(expect.objectContaining({ code: "port_taken" }));
  } finally {
    taken.stop(true);
  }
});
