// Parses NDBC's list of stations.

import { XML } from "bun";
import { stationIdPattern, upperCaseStationId } from "../../../shared/measurements.ts";
import { NotDataError } from "./errors.ts";
import { describeBody, quote } from "./foreign-text.ts";
import type { ListedStation } from "./types.ts";

/** A rejected `<station>`, and why. */
type RejectedStation = { stationId: string; reason: string };

/**
 * Parses `activestations.xml`: names, owners and positions of the network's stations. Ids are lower case in the file and
 * upper case in the result. An absent or empty attribute is `null`. The parser ignores `count` and `created`, which are
 * sometimes wrong, and `met` and `currents`, which change all day.
 * @param xml the file, one character per byte; the parser decodes it by its declared encoding
 * @throws {NotDataError} when it is another file, incomplete, or without a usable station
 */
export function parseActiveStations(xml: string): { stations: ListedStation[]; rejected: RejectedStation[] } {
  const byId = new Map<string, ListedStation>();
  const rejected: RejectedStation[] = [];
  for (const attributes of stationElements(xml)) {
    const stationId = upperCaseStationId(attributes.id ?? "");
    const latitude = readDecimal(attributes.lat);
    const longitude = readDecimal(attributes.lon);
    const reject = (reason: string) => rejected.push({ stationId, reason });
    if (!stationIdPattern.test(stationId)) reject(`${quote(stationId)} is no station id`);
    else if (byId.has(stationId)) reject("is listed twice");
    else if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) {
      reject(`position ${quote(`${attributes.lat} ${attributes.lon}`)} is not on Earth`);
    } else {
      byId.set(stationId, {
        stationId,
        latitude,
        longitude,
        elevationM: readDecimal(attributes.elev),
        name: readText(attributes.name),
        owner: readText(attributes.owner),
        program: readText(attributes.pgm),
        type: readText(attributes.type),
      });
    }
  }
  if (byId.size === 0) throw new NotDataError(`a list with no usable station among ${rejected.length}`);
  return { stations: [...byId.values()], rejected };
}

/** Returns the attributes of each `<station>`. */
function stationElements(xml: string): Record<string, string | undefined>[] {
  const root = parseXml(xml);
  if (root.name !== "stations") throw new NotDataError(`an XML document about <${root.name}> instead of <stations>`);
  return root.children.flatMap((child) =>
    typeof child === "object" && "name" in child && child.name === "station" ? [child.attributes] : [],
  );
}

function parseXml(xml: string): XML.Node {
  const found = describeBody(xml);
  if (found !== "an XML document") throw new NotDataError(found);
  try {
    return XML.parse(Buffer.from(xml, "latin1"), { compact: false });
  } catch (error) {
    throw new NotDataError(`a broken XML document (${error instanceof Error ? error.message : error})`);
  }
}

function readDecimal(text: string | undefined): number | null {
  // Limits the digits to the precision of a number. Adding 0 turns -0 into 0.
  return text !== undefined && /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) + 0 : null;
}

function readText(text: string | undefined): string | null {
  return text?.trim().replace(/\s+/g, " ") || null;
}
