import type { Camera } from "./camera.ts";

/** A way of the camera that takes a while. */
export type Glide = {
  /** Begins it; one that is under way ends. @param isAtOnce where motion is to be reduced */
  begin(from: Camera, to: Camera, isAtOnce: boolean): void;
  stop(): void;
  /** Whether another step follows. */
  readonly isUnderWay: boolean;
};

const glideMs = 350;

/** Makes glides. @param show called at each frame of the screen with where the camera is */
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

/** Returns where a glide is that slows down towards its goal. @param progress of its time, 0..1 */
export function between(start: Camera, goal: Camera, progress: number): Camera {
  const eased = 1 - (1 - progress) ** 3;
  const stretch = goal.pixelsPerUnit / start.pixelsPerUnit;
  // What is nearer moves faster: the way shrinks as the scale grows, so that the goal does not swing.
  const pixelsPerUnit = start.pixelsPerUnit * stretch ** eased;
  const way = stretch === 1 ? eased : (1 - stretch ** -eased) / (1 - 1 / stretch);
  return { x: start.x + (goal.x - start.x) * way, y: start.y + (goal.y - start.y) * way, pixelsPerUnit };
}
