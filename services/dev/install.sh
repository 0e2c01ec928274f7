# Installs the packages, by Bun. Without it, as in `npm test` by habit, one line says what to run.
command -v bun >/dev/null || {
  echo "bellbuoy needs Bun. Run: npx --prefer-offline bun@1.4.5 run ${npm_lifecycle_event#pre}" >&2
  exit 1
}
exec bun services/dev/install.ts
