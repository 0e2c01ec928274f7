import { readdirSync, readFileSync } from "node:fs";

/** What Linux knows of a process: memory that is its share (PSS), and processor time since it began. */
export type ProcessState = { pssBytes: number; cpuMs: number };

/** Ticks a second of `/proc/PID/stat`, on every Linux that there is. */
const ticks = 100;

/** @throws {Error} when there is no such process, or this is no Linux */
export function readProcess(pid: number): ProcessState {
  const pss = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  // After the name, which may hold blanks: state is the first field, utime and stime are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return { pssBytes: Number(pss) * 1024, cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticks };
}

/** The same of a process and its children, which is how PostgreSQL runs; what ended meanwhile is left out. */
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
