import { readdir, readFile } from "node:fs/promises";

/** The core of the server that is measured, and that of all others: what loads it, Redis and PostgreSQL. */
export const cores = { server: "0", others: "1", all: `0-${navigator.hardwareConcurrency - 1}` } as const;

const taskset = Bun.which("taskset");

/** Why processes cannot be kept on cores of their own here; `null` where they can. */
export const whyNotPinned =
  taskset === null || navigator.hardwareConcurrency < 2
    ? "server and load share cores: there is no taskset here, or one core only"
    : null;

/** Keeps a process with all its threads on some of the {@link cores}, and those that it starts from now on. */
export function pin(pid: number, on: string): void {
  if (whyNotPinned === null) Bun.spawnSync(["taskset", "-a", "-c", "-p", on, String(pid)]);
}

/** Milliseconds of a clock that all processes of this machine share. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Milliseconds that processes have computed so far, all threads together. */
export async function cpuMs(pids: number[]): Promise<number> {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of await readdir(`/proc/${pid}/task`)) {
      const stat = await readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0");
      nanoseconds += Number.parseInt(stat, 10);
    }
  }
  return nanoseconds / 1e6;
}

/** Megabytes that processes hold in memory. */
export async function memoryMb(pids: number[]): Promise<number> {
  let kilobytes = 0;
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    kilobytes += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  }
  return kilobytes / 1024;
}

/** The processes that a process has started. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}
