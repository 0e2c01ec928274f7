/** Draws one thing that moves by itself as it is at a moment of `performance.now()`. @returns whether it goes on */
export type Drawing = (nowMs: number) => boolean;

export type Motion = ReturnType<typeof createMotion>;

/**
 * Rings, beam and front are slow: 30 pictures a second are smooth, and 15 will do where the processor has few cores and
 * the sound needs them more. The browser's own animations would be drawn at each frame of the screen.
 */
const pauseMs = navigator.hardwareConcurrency > 4 ? 20 : 50;

/** Draws what moves by itself, all of it in the same frames, and nothing while nothing moves or nobody sees it. */
export function createMotion() {
  const drawings = new Set<Drawing>();
  let isWaiting = false;

  return {
    /** Draws at once, and again until it says that it is over. */
    start(drawing: Drawing): void {
      if (!drawing(performance.now())) return;
      drawings.add(drawing);
      wait();
    },
    stop(drawing: Drawing): void {
      drawings.delete(drawing);
    },
  };

  function wait(): void {
    if (isWaiting || drawings.size === 0) return;
    isWaiting = true;
    setTimeout(() => requestAnimationFrame(draw), pauseMs);
  }

  function draw(): void {
    isWaiting = false;
    const nowMs = performance.now();
    for (const drawing of drawings) if (!drawing(nowMs)) drawings.delete(drawing);
    wait();
  }
}
