// Preloaded into a service, shifts its machine's clock by CLOCK_SHIFT_MS. The monotonic clock stays as it is.

const shiftMs = Number(process.env.CLOCK_SHIFT_MS);

globalThis.Date = new Proxy(Date, {
  construct: (real, parts) => (parts.length === 0 ? new real(real.now() + shiftMs) : Reflect.construct(real, parts)),
  get: (real, name) => (name === "now" ? () => real.now() + shiftMs : Reflect.get(real, name)),
});
