import { afterAll } from "bun:test";
import { endSharedCluster } from "./rig/stack.ts";

afterAll(endSharedCluster);
