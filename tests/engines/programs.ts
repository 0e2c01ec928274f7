// The programs that the tests of this folder run, beside the Redis, PostgreSQL and Chromium that every test may use.

/** The packages that hold each program. `null`: there is none, since the program is for Linux only. */
const packages = {
  "apt-get": { debian: "apt", homebrew: null },
  caddy: { debian: "caddy", homebrew: "caddy" },
  curl: { debian: "curl", homebrew: "curl" },
  gpg: { debian: "gpg", homebrew: null },
  haproxy: { debian: "haproxy", homebrew: "haproxy" },
  mount: { debian: "mount", homebrew: null },
  nginx: { debian: "nginx", homebrew: "nginx" },
  node: { debian: "nodejs", homebrew: "node" },
  initdb: { debian: "postgresql", homebrew: "postgresql" },
  openssl: { debian: "openssl", homebrew: "openssl" },
  pgbouncer: { debian: "pgbouncer", homebrew: "pgbouncer" },
  promtool: { debian: "prometheus", homebrew: "prometheus" },
  python3: { debian: "python3", homebrew: "python" },
  "redis-cli": { debian: "redis-tools", homebrew: "redis" },
  "redis-server": { debian: "redis-server", homebrew: "redis" },
  setpriv: { debian: "util-linux", homebrew: null },
  "systemd-analyze": { debian: "systemd", homebrew: null },
} as const;

/** The name of a program that a test may need; another one gets its row in {@link packages}. */
export type Program = keyof typeof packages;

/** Debian keeps some programs where only root looks, and PostgreSQL's in a folder for each version. */
const searchPath = [
  process.env.PATH,
  "/usr/local/sbin:/usr/sbin",
  ...new Bun.Glob("usr/lib/postgresql/*/bin").scanSync({ cwd: "/", absolute: true, onlyFiles: false }),
].join(":");

/** Returns where a program is, or its bare name where it is missing. */
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
