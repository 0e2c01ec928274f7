// Stops everything this test process has started, after its last test file.

import { afterAll } from "bun:test";
import { closeBrowser } from "./rig/browser.ts";
import { endOwnCluster } from "./rig/database.ts";

// Hooks time out after 5 s by default; PostgreSQL first writes to disk what the tests have stored.
afterAll(endOwnCluster, 60_000);
afterAll(closeBrowser, 60_000);
