import { afterAll, setDefaultTimeout } from "bun:test";
import { endSharedCluster } from "./rig/stack.ts";

// Real services, a real browser and two cores: slow is not broken.
setDefaultTimeout(20_000);
afterAll(endSharedCluster);
