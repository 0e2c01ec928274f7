// Assigns processes to cores, and measures their CPU time and memory.

import { readdir, readFile } from "node:fs/promises";

/** The core of the measured server, and the core of all others: the load, Redis and PostgreSQL. */
export const cores = { server: "0", others: "1", all: `0-${navigator.hardwareConcurrency - 1}` } as const;

const taskset = Bun.which("taskset");

/** Reason why processes cannot have their own cores here; `null` if they can. */
export const whyNotPinned =
  taskset === null || navigator.hardwareConcurrency < 2
    ? "server and load share cores: taskset is missing, or the machine has only one core"
    : null;

/** Restricts a process, its threads and its future children to some of the {@link cores}. */
export function pin(pid: number, on: string): void {
  if (whyNotPinned === null) Bun.spawnSync(["taskset", "-a", "-c", "-p", on, String(pid)]);
}

/** Returns the time of a clock that all processes of this machine share, in ms. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Returns the CPU time of processes so far, of all threads together, in ms. */
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

/** Returns the memory of processes in MB. */
export async function memoryMb(pids: number[]): Promise<number> {
  let kilobytes = 0;
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    kilobytes += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  }
  return kilobytes / 1024;
}

/** Returns the children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}
