// Preloaded into a service whose clock a test sets: shifts `Date`, but not timers or `performance.now`.

const RealDate = Date;
let aheadMs = Number(process.env.CLOCK_SHIFT_MS ?? 0);

const now = () => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, values) => (values.length === 0 ? new target(now()) : Reflect.construct(target, values)),
  get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
});

process.on("message", (milliseconds: unknown) => {
  aheadMs = Number(milliseconds);
  process.send?.(milliseconds);
});
