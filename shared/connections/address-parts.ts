// Splits addresses of PostgreSQL and Redis, which may name several hosts, into their decoded parts.

import { isIPv6 } from "node:net";
import { CodedError } from "../errors.ts";

/** An address that cannot be used. Its message continues the sentence "DATABASE_URL is …, but"; it has no password. */
export class AddressError extends CodedError {
  override name = "AddressError";
  constructor(message: string) {
    super("wrong_address", message);
  }
}

/** Returns the error for an address that has another form than the example. */
export function wrongForm(example: string): AddressError {
  return new AddressError(`must be an address like ${example}, a % in it as %25 and an @ as %40`);
}

/** A host, or a socket or folder on this machine. @property port `null`: the default */
export type AddressHost = { host: string; port: number | null };

/** The decoded parts of an address. */
export type AddressParts = {
  /** In lower case, such as `postgres`. */
  scheme: string;
  /** `undefined`: none is given. */
  username: string | undefined;
  password: string | undefined;
  /** Empty if none is given. */
  hosts: AddressHost[];
  /** Without the first slash; empty if none is given. */
  path: string;
  query: Map<string, string>;
};

/** `new URL` refuses several hosts with ports. Its user info ends at the last `@` too. */
const form = /^([a-z][a-z0-9+.-]*):\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#@]*))?(?:\?([^#@]*))?$/i;

/**
 * Splits an address of the form `scheme://user:password@host:port,host:port/path?name=value`.
 * @param example for the error message
 * @throws {AddressError} if the address has another form
 */
export function splitAddress(text: string, example: string): AddressParts {
  const match = form.exec(text);
  if (match === null) throw wrongForm(example);
  const [, scheme = "", user, hosts = "", path = "", query = ""] = match;
  try {
    const [username, password] = user === undefined ? [] : cutAt(user, ":");
    return {
      scheme: scheme.toLowerCase(),
      username: username === undefined ? undefined : decodeURIComponent(username),
      password: password === undefined ? undefined : decodeURIComponent(password),
      hosts: hosts === "" ? [] : hosts.split(",").map(splitHost),
      path: decodeURIComponent(path),
      query: new Map(
        query
          .split("&")
          .filter(Boolean)
          .map((pair) => {
            const [name = "", value = ""] = cutAt(pair, "=").map((part) => decodeURIComponent(part));
            return [name, value];
          }),
      ),
    };
  } catch (error) {
    // A part that cannot be decoded throws a URIError.
    throw error instanceof AddressError ? error : wrongForm(example);
  }
}

/** Splits `host:port`, `[IPv6]:port`, or `%2Ffolder:port`. @throws {AddressError} if it is none of these */
export function splitHost(text: string): AddressHost {
  const [, inBrackets, name = "", port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text) ?? [];
  const host = inBrackets ?? decodeURIComponent(name);
  const isHost = inBrackets === undefined ? /^(\/.*|[\p{L}\p{N}._-]+)$/u.test(host) : isIPv6(host);
  if (!isHost) {
    throw new AddressError(
      isIPv6(text)
        ? `has the address ${text} without brackets: write [${text}]`
        : "must have a host name, an IPv4 address or an IPv6 address in brackets, each with or without a port",
    );
  }
  return { host, port: port ? portOf(port) : null };
}

/** Returns a port number. @throws {AddressError} if it is none */
export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new AddressError("has a port that is no number from 1 to 65535; in a password, / is %2F and : is %3A");
  return port;
}

/** Linux accepts no longer path of a socket. */
const maxSocketBytes = 107;

/** Returns the path of a socket. @throws {AddressError} if the path is too long */
export function socketPath(path: string): string {
  if (Buffer.byteLength(path) <= maxSocketBytes) return path;
  throw new AddressError(`has a socket whose path is longer than ${maxSocketBytes} bytes`);
}

/** @throws {AddressError} naming the first parameter that is not in the list */
export function refuseUnknown(query: Map<string, string>, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) throw new AddressError(`has the parameter ${name}, which bellbuoy does not know`);
  }
}

function cutAt(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
