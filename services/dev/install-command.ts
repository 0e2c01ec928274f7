// The command that installs a program on this system.

/** The package managers that are looked for, in this order, and what comes before the package's name. */
const managers = {
  apt: "apt install -y",
  dnf: "dnf install -y",
  pacman: "pacman -S",
  apk: "apk add",
  brew: "brew install",
} as const;

/** The name of a program's package for each package manager. */
export type PackageNames = Record<keyof typeof managers, string>;

/** Returns the command that installs a package on this system, or `null` where no known package manager is on PATH. */
export function installCommand(names: PackageNames): string | null {
  const found = (Object.keys(managers) as (keyof typeof managers)[]).find((manager) => Bun.which(manager));
  if (found === undefined) return null;
  const isRoot = process.getuid?.() === 0;
  // Homebrew refuses root.
  const sudo = isRoot || found === "brew" ? "" : "sudo ";
  return `${sudo}${managers[found]} ${names[found]}`;
}
