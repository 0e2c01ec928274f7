import { afterAll } from "bun:test";
import { closeBrowser } from "./rig/browser.ts";
import { endSharedCluster } from "./rig/stack.ts";

// It writes out what all the tests have stored, which takes longer than a hook usually may.
afterAll(endSharedCluster, 60_000);
afterAll(closeBrowser, 60_000);
