// The types of parsed NDBC data, used throughout the worker.

import type { Observation } from "../../../shared/measurements.ts";
import type { Station } from "../../../shared/station.ts";

/** An observation with its position in decimal degrees; `null` if unknown. */
export type PositionedObservation = Observation & { latitude: number | null; longitude: number | null };

/** A station of NDBC's list. It always has a position. */
export type ListedStation = Station & { latitude: number; longitude: number };

/** The version of an NDBC file: the validators from NDBC, and the SHA-256 of the content. */
export type UpstreamFile = { etag: string | null; lastModified: string | null; hash: string | null };
