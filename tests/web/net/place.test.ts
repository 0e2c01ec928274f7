// The page's place in the server's events.

import { expect, test } from "bun:test";
import { createPlace } from "../../../web/net/place.ts";

const message = (lastEventId: string) => ({ lastEventId });

test("an event without an id repeats that of the event before it, and gets none", () => {
  const place = createPlace();
  expect(place.take(message(""))).toBeNull();
  expect(place.take(message("8"))).toBe("8");
  expect(place.take(message("8"))).toBeNull();
  expect(place.eventId).toBe("8");
});

test("stays behind if it was behind at the last call and has seen no event since", () => {
  const place = createPlace();
  place.eventId = "7";
  expect(place.staysBehind("9", true)).toBe(false);
  expect(place.staysBehind("9", true)).toBe(true);
  place.take(message("8"));
  expect(place.staysBehind("9", true)).toBe(false);
  place.catchUp();
  expect(place.staysBehind(null, true)).toBe(false);
  expect(place.staysBehind(null, false)).toBe(false);
});
