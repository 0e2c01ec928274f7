/** Draws one thing that moves by itself as it is at a moment of `performance.now()`. @returns whether it goes on */
export type Drawing = (nowMs: number) => boolean;

export type Motion = ReturnType<typeof createMotion>;

/**
 * Rings, beam and front are slow: 30 pictures a second are smooth, and 15 will do where the processor has few cores and
 * the sound needs them more.
 */
const picturesPerSecond = navigator.hardwareConcurrency > 4 ? 30 : 15;
/** Until the next frame of the screen is asked for, which comes up to 17 ms later. */
const pauseMs = 1_000 / picturesPerSecond - 15;
const keyframesOfACurve = 10;

/** A curve for the browser's own animations, which take nothing of the page's time. @param at 0..1 */
export function keyframes(at: (progress: number) => Keyframe): Keyframe[] {
  return Array.from({ length: keyframesOfACurve }, (_, index) => at(index / (keyframesOfACurve - 1)));
}

/** Lets one of the browser's animations move in steps: by itself it draws at each frame of the screen. @param atMs when it began */
export function inPictures(lastsMs: number, atMs: number): KeyframeAnimationOptions {
  const pictures = Math.ceil((lastsMs / 1_000) * picturesPerSecond);
  return {
    duration: lastsMs,
    delay: Math.min(0, atMs - performance.now()),
    easing: `steps(${pictures})`,
    fill: "both",
  };
}

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
