// A screen and a sound device that exist in memory only: Xvfb, and a null sink of PulseAudio.

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProgram } from "./program.ts";

/** A screen and a sound device for one browser. */
export type Desktop = {
  /** Variables that make a program use them, and an empty home folder. */
  env: Record<string, string>;
  /** Records what the device plays. @returns the largest absolute sample, 0..1 */
  peak(seconds: number): Promise<number>;
  stop(): Promise<void>;
};

const rate = 48_000;

/** Starts a screen and a sound device. */
export async function startDesktop(): Promise<Desktop> {
  const home = mkdtempSync(join(tmpdir(), "bellbuoy-desktop-"));
  const socket = join(home, "pulse.sock");
  const screen = await startProgram(
    ["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24"],
    {},
    "stdout",
    /(\d+)\n/,
  );
  const sink = `module-null-sink sink_name=sea format=float32le rate=${rate} channels=2`;
  const modules = [`module-native-protocol-unix socket=${socket} auth-anonymous=1`, sink];
  const sound = await startProgram(
    [
      ...["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--log-level=info"],
      ...modules.flatMap((module) => ["-L", module]),
    ],
    { HOME: home, XDG_RUNTIME_DIR: home },
    "stderr",
    /(Daemon startup complete)/,
  );
  const env = {
    DISPLAY: `:${screen.said}`,
    PULSE_SERVER: `unix:${socket}`,
    HOME: home,
    XDG_RUNTIME_DIR: home,
  };
  return {
    env,
    peak: (seconds) => recordPeak(seconds, env),
    async stop() {
      await sound.stop();
      await screen.stop();
      await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

async function recordPeak(seconds: number, env: Record<string, string>): Promise<number> {
  const format = ["--format=float32le", `--rate=${rate}`, "--channels=2"];
  const recorder = Bun.spawn(["parec", "--device=sea.monitor", "--raw", ...format], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let [peak, frames, rest] = [0, 0, new Uint8Array()];
  for await (const bytes of recorder.stdout) {
    const all = Buffer.concat([rest, bytes]);
    const whole = all.length - (all.length % 8);
    for (let at = 0; at < whole; at += 4) peak = Math.max(peak, Math.abs(all.readFloatLE(at)));
    rest = Uint8Array.from(all.subarray(whole));
    frames += whole / 8;
    if (frames >= seconds * rate) break;
  }
  recorder.kill();
  await recorder.exited;
  if (frames === 0) throw new Error("parec recorded nothing");
  return peak;
}
