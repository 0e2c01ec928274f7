// The programs that the tests of this folder need, besides Redis, PostgreSQL and Chromium.

/** The package of each program. `null`: the program exists on Linux only. */
const packages = {
  "apt-get": { debian: "apt", homebrew: null },
  WebKitWebDriver: { debian: "webkit2gtk-driver", homebrew: null },
  Xvfb: { debian: "xvfb", homebrew: null },
  caddy: { debian: "caddy", homebrew: "caddy" },
  chromedriver: { debian: "chromium-driver", homebrew: null },
  curl: { debian: "curl", homebrew: "curl" },
  "firefox-esr": { debian: "firefox-esr", homebrew: null },
  gpg: { debian: "gpg", homebrew: null },
  haproxy: { debian: "haproxy", homebrew: "haproxy" },
  initdb: { debian: "postgresql", homebrew: "postgresql" },
  jq: { debian: "jq", homebrew: "jq" },
  mount: { debian: "mount", homebrew: null },
  nginx: { debian: "nginx", homebrew: "nginx" },
  node: { debian: "nodejs", homebrew: "node" },
  openssl: { debian: "openssl", homebrew: "openssl" },
  parec: { debian: "pulseaudio-utils", homebrew: null },
  pg_dump: { debian: "postgresql-client", homebrew: "postgresql" },
  pg_restore: { debian: "postgresql-client", homebrew: "postgresql" },
  pgbouncer: { debian: "pgbouncer", homebrew: "pgbouncer" },
  promtool: { debian: "prometheus", homebrew: "prometheus" },
  psql: { debian: "postgresql-client", homebrew: "postgresql" },
  pulseaudio: { debian: "pulseaudio", homebrew: null },
  python3: { debian: "python3", homebrew: "python" },
  "redis-cli": { debian: "redis-tools", homebrew: "redis" },
  "redis-server": { debian: "redis-server", homebrew: "redis" },
  setpriv: { debian: "util-linux", homebrew: null },
  "systemd-analyze": { debian: "systemd", homebrew: null },
} as const;

/** Name of a program that a test may need. Add a new one to {@link packages}. */
export type Program = keyof typeof packages;

/** Debian keeps some programs where only root looks, and those of PostgreSQL's server in a folder for each version. */
const searchPath = [
  process.env.PATH,
  "/usr/local/sbin:/usr/sbin",
  ...new Bun.Glob("usr/lib/postgresql/*/bin").scanSync({ cwd: "/", absolute: true, onlyFiles: false }),
].join(":");

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
