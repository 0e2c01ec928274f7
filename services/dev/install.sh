# Installs the packages with Bun. Without Bun, as in a plain `npm test`, prints one line with the command to run.
command -v bun >/dev/null || {
  echo "bellbuoy needs Bun. Run: npx --prefer-offline bun@1.4.5 run ${npm_lifecycle_event#pre}" >&2
  exit 1
}
exec bun services/dev/install.ts
