// The sentences about the server under "More".

import { expect, test } from "bun:test";
import { readStatus } from "../../../shared/client/answers.ts";
import { describeService } from "../../../web/ui/service-state.ts";

const status = {
  version: "0.2.0",
  lastPoll: null,
  ndbcLastModified: null,
  stationsReporting: 1,
  simulated: false,
  lastEventId: "7",
};

test.each([
  ["an older server", {}, "bellbuoy 0.2.0."],
  ["a server that is well", { warnings: [] }, "bellbuoy 0.2.0. All is well."],
  [
    "a server with warnings",
    {
      warnings: [
        { code: "file_stuck", reason: "the newest observation is 3 hours old" },
        { code: "ndbc_silent", reason: "NDBC's file is 60 minutes old" },
      ],
    },
    "bellbuoy 0.2.0. The newest observation is 3 hours old. NDBC's file is 60 minutes old.",
  ],
])("of %s", (_, more, words) => {
  expect(describeService(readStatus({ ...status, ...more }))).toBe(words);
});
