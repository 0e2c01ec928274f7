// `bun run dev` and `bun run demo`: installs what is missing, then starts the stack.

import { installPackages } from "./install.ts";

installPackages();
await import("./main.ts");
