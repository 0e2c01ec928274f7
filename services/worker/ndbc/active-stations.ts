// Parses NDBC's list of stations.

import { XML } from "bun";
import { messageOf } from "../../../shared/errors.ts";
import { stationIdPattern, upperCaseStationId } from "../../../shared/measurements.ts";
import { NotDataError } from "./errors.ts";
import { describeBody, quote } from "./foreign-text.ts";
import type { ListedStation } from "./types.ts";

/** The network has about 1,500 stations. */
const maxStations = 5_000;
/** Max `<` in the document: far more than a list of {@link maxStations} has. */
const maxTags = 4 * maxStations;
/** Max characters of a name, an owner, a programme or a type. */
const maxTextLength = 200;
/** Characters that end a line, or that show other text in another order, on a terminal or on a page. */
const hiddenCharacters = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A rejected `<station>`, and why. */
type RejectedStation = { stationId: string; reason: string };

/**
 * Parses `activestations.xml`: names, owners and positions of the network's stations. Ids are lower case in the file and
 * upper case in the result. An absent or empty attribute is `null`. The parser ignores `count` and `created`, which are
 * sometimes wrong, and `met` and `currents`, which change all day. Texts have at most {@link maxTextLength} characters,
 * none of which is a control character or changes the direction of text.
 * @param xml the file, one character per byte; the parser decodes it by its declared encoding
 * @throws {NotDataError} when it is another file, incomplete, too large, or without a usable station
 */
export function parseActiveStations(xml: string): { stations: ListedStation[]; rejected: RejectedStation[] } {
  const byId = new Map<string, ListedStation>();
  const rejected: RejectedStation[] = [];
  const elements = stationElements(xml);
  if (elements.length > maxStations) throw new NotDataError(`a list of more than ${maxStations} stations`);
  for (const attributes of elements) {
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
  // Before the parser: entities of a DTD and millions of tags take far more memory than the document. A NUL would be
  // UTF-16, in which neither could be found.
  if (/<!doctype|\0/i.test(xml)) throw new NotDataError("an XML document with a DTD or in UTF-16");
  if (xml.split("<", maxTags + 2).length > maxTags + 1)
    throw new NotDataError(`an XML document of more than ${maxTags} tags`);
  try {
    return XML.parse(Buffer.from(xml, "latin1"), { compact: false });
  } catch (error) {
    throw new NotDataError(`a broken XML document (${messageOf(error)})`);
  }
}

function readDecimal(text: string | undefined): number | null {
  // Limits the digits to the precision of a number. Adding 0 turns -0 into 0.
  return text !== undefined && /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) + 0 : null;
}

function readText(text: string | undefined): string | null {
  if (text === undefined) return null;
  const shown = text.toWellFormed().replace(/\s+/g, " ").replace(hiddenCharacters, "").trim();
  return Array.from(shown).slice(0, maxTextLength).join("") || null;
}
