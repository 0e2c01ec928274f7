// Ends what this test process has started for all of its files.

import { afterAll } from "bun:test";
import { closeBrowser } from "./rig/browser.ts";
import { removeOwnData } from "./rig/data-dir.ts";
import { endOwnCluster } from "./rig/database.ts";

// A hook may take 5 s by default; PostgreSQL writes out what the tests have stored before it ends.
afterAll(endOwnCluster, 60_000);
afterAll(removeOwnData, 60_000);
afterAll(closeBrowser, 60_000);
