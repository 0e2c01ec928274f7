// Animations in stepped frames.

/**
 * Frame rate of the slow animations (rings, beam): 30 frames/s look smooth; 15 on machines with few cores, where
 * the sound needs the processor more.
 */
const framesPerSecond = navigator.hardwareConcurrency > 4 ? 30 : 15;
const stepMs = 1_000 / framesPerSecond;
const keyframesPerCurve = 10;

/** Samples a curve as keyframes for {@link animate}. @param at receives 0..1 */
export function keyframes(at: (progress: number) => Keyframe): Keyframe[] {
  return Array.from({ length: keyframesPerCurve }, (_, index) => at(index / (keyframesPerCurve - 1)));
}

/**
 * Animates an element with the Web Animations API, which uses no main-thread time. It moves in steps, because otherwise
 * the browser draws every screen frame. All animations step at the same times, so that several cost as many frames as one.
 * @param atMs start time, of `performance.now()`; it is rounded to a step
 */
export function animate(
  element: Element,
  curve: Keyframe[],
  { lastsMs, atMs, times = 1 }: { lastsMs: number; atMs: number; times?: number },
): Animation {
  const easing = `steps(${Math.ceil((lastsMs / 1_000) * framesPerSecond)})`;
  const animation = element.animate(curve, { duration: lastsMs, iterations: times, easing, fill: "both" });
  animation.startTime = Math.round(atMs / stepMs) * stepMs;
  return animation;
}
