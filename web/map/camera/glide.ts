// Smooth moves of the camera.

import type { Camera } from "./camera.ts";

/** A smooth move of the camera. */
type Glide = {
  /** Starts a glide and ends the previous one. @param isAtOnce jumps to the goal, for reduced motion */
  begin(from: Camera, to: Camera, isAtOnce: boolean): void;
  stop(): void;
  /** Whether another step follows. */
  readonly isUnderWay: boolean;
};

const glideMs = 350;
/** Relative difference of two scales that is only a rounding error. */
const sameScale = 1e-6;

/** Creates glides. @param show receives the camera at each animation frame */
export function createGlide(show: (camera: Camera) => void): Glide {
  let frame = 0;
  return {
    begin(from, to, isAtOnce) {
      stop();
      const startMs = performance.now();
      const step = (nowMs: number) => {
        const progress = isAtOnce ? 1 : Math.min(Math.max((nowMs - startMs) / glideMs, 0), 1);
        frame = progress === 1 ? 0 : requestAnimationFrame(step);
        show(progress === 1 ? to : between(from, to, progress));
      };
      step(startMs);
    },
    stop,
    get isUnderWay() {
      return frame !== 0;
    },
  };

  function stop(): void {
    cancelAnimationFrame(frame);
    frame = 0;
  }
}

/** Returns the camera during a glide, which slows down towards its goal. @param progress of its time, 0..1 */
export function between(start: Camera, goal: Camera, progress: number): Camera {
  const eased = 1 - (1 - progress) ** 3;
  const stretch = goal.pixelsPerUnit / start.pixelsPerUnit;
  // Things move faster on the screen at a larger scale. The path shrinks as the scale grows, so that the goal does not
  // swing.
  const pixelsPerUnit = start.pixelsPerUnit * stretch ** eased;
  const way = Math.abs(stretch - 1) < sameScale ? eased : (1 - stretch ** -eased) / (1 - 1 / stretch);
  return { x: start.x + (goal.x - start.x) * way, y: start.y + (goal.y - start.y) * way, pixelsPerUnit };
}
