import { version } from "../../../package.json" with { type: "json" };
import { status } from "./answers.ts";
import { endpoint } from "./endpoint.ts";
import { readStatus } from "./queries.ts";

/** `/v1/status` */
export const statusEndpoint = endpoint({
  path: "/v1/status",
  summary: "How the network and its reading stand",
  read: async ({ sql }) => ({ version, ...(await readStatus(sql)) }),
  formats: { json: { shape: { body: status }, write: (answer) => JSON.stringify(answer) } },
});
