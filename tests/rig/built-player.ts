// The built player, shared by all tests of a run.

import { buildPlayer } from "../../web/build/build.ts";
import { isPlayerBuilt } from "./run-addresses.ts";

let building: Promise<unknown> | null = null;

/** Builds the player into `web/dist`, unless this run has already built it. */
export async function builtPlayer(): Promise<void> {
  if (isPlayerBuilt()) return;
  building ??= buildPlayer();
  await building;
}
