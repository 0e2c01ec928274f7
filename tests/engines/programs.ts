// The programs that the tests of this folder need, besides Redis, PostgreSQL and Chromium.

/** The package of each program. `null`: the program exists on Linux only. */
const packages = {
  "apt-get": { debian: "apt", homebrew: null },
  caddy: { debian: "caddy", homebrew: "caddy" },
  curl: { debian: "curl", homebrew: "curl" },
  gpg: { debian: "gpg", homebrew: null },
  haproxy: { debian: "haproxy", homebrew: "haproxy" },
  jq: { debian: "jq", homebrew: "jq" },
  nginx: { debian: "nginx", homebrew: "nginx" },
  node: { debian: "nodejs", homebrew: "node" },
  openssl: { debian: "openssl", homebrew: "openssl" },
  promtool: { debian: "prometheus", homebrew: "prometheus" },
  python3: { debian: "python3", homebrew: "python" },
  setpriv: { debian: "util-linux", homebrew: null },
  "systemd-analyze": { debian: "systemd", homebrew: null },
} as const;

/** Name of a program that a test may need. Add a new one to {@link packages}. */
export type Program = keyof typeof packages;

/** Debian installs some programs in folders that only root has on PATH. */
const searchPath = `${process.env.PATH}:/usr/local/sbin:/usr/sbin`;

/** Returns the path of a program, or its bare name if it is missing. */
export function pathOf(name: Program): string {
  return Bun.which(name, { PATH: searchPath }) ?? name;
}

/** Returns whether a test that needs these programs cannot run here. */
export function isMissing(...names: Program[]): boolean {
  return names.some((name) => pathOf(name) === name);
}

/** Lists the programs that are not installed here, each with its Debian package and the command that installs it. */
export function missingPrograms(): { name: Program; debian: string; install: string }[] {
  const names = Object.keys(packages) as Program[];
  return names
    .filter((name) => isMissing(name))
    .map((name) => ({ name, debian: packages[name].debian, install: installCommand(name) }));
}

function installCommand(name: Program): string {
  const { debian, homebrew } = packages[name];
  if (process.platform === "linux") return `apt-get install -y ${debian}`;
  return homebrew === null ? "use Linux" : `brew install ${homebrew}`;
}
