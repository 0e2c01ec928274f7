// What the worker gets from NDBC's files. Everything else in the worker builds on these types.

import type { Observation } from "../../../shared/measurements.ts";
import type { Station } from "../../../shared/station.ts";

/** An observation with the place where it was made, in decimal degrees; `null` where that is not known. */
export type PositionedObservation = Observation & { latitude: number | null; longitude: number | null };

/** A station as NDBC's list has it: its position is known. */
export type ListedStation = Station & { latitude: number; longitude: number };

/** What identifies the state of one of NDBC's files: the validators that NDBC sent, and the SHA-256 of its content. */
export type UpstreamFile = { etag: string | null; lastModified: string | null; hash: string | null };
