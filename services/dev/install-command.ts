// Finds the command that installs a program on this system.

import { namesOf } from "../../shared/record-of.ts";

/** Install command of each supported package manager, in order of preference. */
const managers = {
  apt: "apt install -y",
  dnf: "dnf install -y",
  pacman: "pacman -S",
  apk: "apk add",
  brew: "brew install",
} as const;

/** Maps each package manager to its name for a package. */
type PackageNames = Record<keyof typeof managers, string>;

/** Returns the command that installs a package on this system, or `null` if no known package manager is on PATH. */
export function installCommand(names: PackageNames): string | null {
  const found = namesOf(managers).find((manager) => Bun.which(manager));
  if (found === undefined) return null;
  const isRoot = process.getuid?.() === 0;
  // Homebrew refuses root.
  const sudo = isRoot || found === "brew" ? "" : "sudo ";
  return `${sudo}${managers[found]} ${names[found]}`;
}
