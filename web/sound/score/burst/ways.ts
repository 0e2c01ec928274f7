// The ways of a burst: what leads its bells from station to station.

import { nearness, type Vector, vectorOf } from "../../../sea/sphere.ts";
import type { Way } from "../../sound-event.ts";
import type { Report } from "./report.ts";

/**
 * The ways of a burst, in the order in which bursts take them. A way over the map is followed by one that answers from
 * end to end of a scale, so that two neighbours never move alike from left to right.
 */
const ways: readonly Way[] = ["swell", "water", "coast", "waves"];

/** A report and its place; `null`: unknown position. */
type Placed = { report: Report; place: Vector | null };

/** Number of groups that answer each other, an even number. */
const answers = 24;

/** Returns the way of a burst. @param batch running number of the burst */
export function wayOf(batch: number): Way {
  return ways.at(batch % ways.length) ?? "swell";
}

/** Returns reports in the order of a way; those without a position come last on a way over the map. */
export function inOrderOf(way: Way, reports: readonly Report[], random: () => number): Report[] {
  const placed = reports.map((report) => {
    const { longitude, latitude } = report;
    return { report, place: longitude === null ? null : vectorOf(longitude, latitude ?? 0) };
  });
  switch (way) {
    case "swell":
      return spreading(placed);
    case "coast":
      return alongCoast(placed);
    case "water":
      return answering(placed, "waterTempC", random);
    case "waves":
      return answering(placed, "waveHeightM", random);
  }
}

/** Returns the reports from the highest waves outward, from near to far. */
function spreading(placed: readonly Placed[]): Report[] {
  const wave = ({ report }: Placed) => report.waveHeightM ?? -1;
  const [highest] = placed.toSorted((a, b) => wave(b) - wave(a));
  return highest ? sortedBy(placed, (one) => -nearnessOf(one, highest)) : [];
}

/** Returns a walk from station to nearest station, from the southernmost on: it follows a coast and jumps to the next. */
function alongCoast(placed: readonly Placed[]): Report[] {
  const left = placed.toSorted((a, b) => (a.place?.[2] ?? 1) - (b.place?.[2] ?? 1));
  const walk: Report[] = [];
  for (let [here] = left.splice(0, 1); here; [here] = left.splice(nearestOf(left, here), 1)) walk.push(here.report);
  return walk;
}

/**
 * Returns groups from one end of a scale, each followed by a group from the other end; the pairs come in random order. A
 * report without the value rings with its nearest neighbour that has one.
 */
function answering(placed: readonly Placed[], field: "waterTempC" | "waveHeightM", random: () => number): Report[] {
  const known = placed.filter(({ report }) => report[field] !== null);
  const measured = (one: Placed) => one.report[field] ?? known[nearestOf(known, one)]?.report[field] ?? 0;
  const sorted = sortedBy(placed, (one) => -measured(one));
  const size = sorted.length / answers;
  const groupAt = (index: number) => sorted.slice(Math.round(index * size), Math.round((index + 1) * size));
  return Array.from({ length: answers / 2 }, (_, pair) => ({ pair, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .flatMap(({ pair }) => [...groupAt(pair), ...groupAt(answers - 1 - pair)]);
}

function sortedBy(placed: readonly Placed[], keyOf: (one: Placed) => number): Report[] {
  return placed
    .map((one) => ({ report: one.report, key: keyOf(one) }))
    .sort((a, b) => a.key - b.key)
    .map(({ report }) => report);
}

function nearestOf(placed: readonly Placed[], to: Placed): number {
  const near = placed.map((one) => nearnessOf(one, to));
  return near.indexOf(Math.max(...near));
}

function nearnessOf(one: Placed, other: Placed): number {
  return one.place && other.place ? nearness(one.place, other.place) : -1;
}
