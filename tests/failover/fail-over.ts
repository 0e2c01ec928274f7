// Kills a primary under load, and reports what a listener has noticed.

import type { Sql } from "../../shared/database/sql.ts";
import type { FollowedServices } from "./followed-services.ts";

/** Describes a failover under load. */
export type FailoverReport = {
  /** Ids of all stored events, and of those that the listener has received over its stream, both in order. */
  stored: string[];
  heard: string[];
  /** Number of resets that the listener got. */
  resets: number;
  /** Time from the kill until new polls had begun. */
  pollsBackAfterMs: number;
};

/** Fails over while polls store and publish events, and waits until the listener has all of them. @param sql follows too */
export async function failOver(
  services: FollowedServices,
  group: { failOver(): Promise<void> },
  sql: Sql,
): Promise<FailoverReport> {
  await services.polledAgain();
  const killedAtMs = performance.now();
  // One of them may have begun before.
  const pollsBack = services.polledAgain(2).then(() => performance.now() - killedAtMs);
  await group.failOver();
  const pollsBackAfterMs = await pollsBack;
  await services.polledAgain(3);
  const { stored, heard } = await services.settle(sql);
  const resets = services.listener.events.filter(({ event }) => event === "reset").length;
  return { stored, heard, resets, pollsBackAfterMs };
}
