// TLS options of PostgreSQL connections.

import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { AddressError } from "../connections/address-parts.ts";
import { describeError } from "../connections/connection-health.ts";
import type { SqlTls } from "./sql-address.ts";

/**
 * Returns the option `ssl` of `postgres`. Reads the certificate files.
 * @throws {AddressError} if a file cannot be read
 */
export function tlsOptions({ mode, rootCertFile, certFile, keyFile }: SqlTls) {
  if (mode === "disable") return false;
  const files: ConnectionOptions = {
    ...(rootCertFile === null ? {} : { ca: read("sslrootcert", rootCertFile) }),
    ...(certFile === null ? {} : { cert: read("sslcert", certFile) }),
    ...(keyFile === null ? {} : { key: read("sslkey", keyFile) }),
  };
  switch (mode) {
    case "verify-full":
      return files;
    case "verify-ca":
      return { ...files, checkServerIdentity: () => undefined };
    default:
      // As a string, "prefer" also accepts a server without TLS.
      return certFile === null ? mode : { ...files, rejectUnauthorized: false };
  }
}

function read(parameter: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AddressError(`DATABASE_URL: the file of ${parameter} cannot be read: ${describeError(error)}`);
  }
}
