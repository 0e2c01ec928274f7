// Reads the memory and CPU time of processes.

import { readdirSync, readFileSync } from "node:fs";

/** Memory (PSS, its share of common memory) and CPU time of a process since its start. */
export type ProcessState = { pssBytes: number; cpuMs: number };

/** Ticks per second in `/proc/PID/stat`, the same on every Linux. */
const ticks = 100;

/** Reads the state of a process. @throws {Error} if the process does not exist, or the system is not Linux */
export function readProcess(pid: number): ProcessState {
  const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  // After the name, which may contain spaces: state is the first field, utime and stime are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return { pssBytes: Number(pss) * 1024, cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticks };
}

/** Sums up a process and its children, as PostgreSQL has them. Children that have ended meanwhile are skipped. */
export function readProcessTree(pid: number): ProcessState {
  const total = { pssBytes: 0, cpuMs: 0 };
  for (const each of [pid, ...childrenOf(pid)]) {
    try {
      const { pssBytes, cpuMs } = readProcess(each);
      total.pssBytes += pssBytes;
      total.cpuMs += cpuMs;
    } catch {
      // It has ended.
    }
  }
  return total;
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1];
      return Number(parent) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
