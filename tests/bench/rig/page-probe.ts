// Runs inside a page, before its own scripts, and measures what a user sees and hears.

/** The probe, in the page as `globalThis.probe`. Times are values of the page's `performance.now()`, in ms. */
export type Probe = {
  clickedAtMs: number;
  /** Time of the first audible sample after the click; NaN before. */
  soundedAtMs: number;
  /** Whether the page has made the waveforms of its bells. */
  bellsMade: boolean;
  /** Script time of each animation frame, and the length of each task above 50 ms, since the bench cleared them. */
  frameCosts: number[];
  longTasks: number[];
  /** Resolves with the time of the first frame that shows a bell's ring on the map. */
  firstRing(): Promise<number>;
};

/** Installs the probe. The page runs its source text, so it may use nothing else of this module. */
export function installProbe(): void {
  const taps: AnalyserNode[] = [];
  const samples = new Float32Array(512);
  const nextFrame = requestAnimationFrame.bind(globalThis);
  const probe: Probe = {
    clickedAtMs: Number.NaN,
    soundedAtMs: Number.NaN,
    bellsMade: false,
    frameCosts: [],
    longTasks: [],
    firstRing: () =>
      new Promise((resolve) => {
        nextFrame(function look(nowMs) {
          const rings = Array.from(document.querySelectorAll(".pulse"));
          if (rings.some((ring) => Number(getComputedStyle(ring).opacity) > 0)) resolve(nowMs);
          else nextFrame(look);
        });
      }),
  };
  Object.assign(globalThis, { probe });

  const connect = AudioNode.prototype.connect as (...args: unknown[]) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, ...args: unknown[]) {
    if (args[0] instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      const tap = new AnalyserNode(this.context, { fftSize: samples.length });
      taps.push(tap);
      connect.call(this, tap);
    }
    return connect.apply(this, args);
  } as typeof AudioNode.prototype.connect;

  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function (this: Worker) {
    probe.bellsMade = true;
    terminate.call(this);
  };

  function isAudible(): boolean {
    return taps.some((tap) => {
      tap.getFloatTimeDomainData(samples);
      return samples.some((sample) => Math.abs(sample) > 1e-4);
    });
  }

  addEventListener(
    "click",
    () => {
      probe.clickedAtMs = performance.now();
      const listening = setInterval(() => {
        if (!isAudible()) return;
        probe.soundedAtMs = performance.now();
        clearInterval(listening);
      }, 1);
    },
    { capture: true, once: true },
  );

  let frame = { atMs: Number.NaN, costMs: 0 };
  globalThis.requestAnimationFrame = (callback) =>
    nextFrame((nowMs) => {
      const startedMs = performance.now();
      callback(nowMs);
      if (frame.atMs !== nowMs) {
        if (frame.costMs > 0) probe.frameCosts.push(frame.costMs);
        frame = { atMs: nowMs, costMs: 0 };
      }
      frame.costMs += performance.now() - startedMs;
    });

  new PerformanceObserver((list) => probe.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe(
    { type: "longtask" },
  );
}
