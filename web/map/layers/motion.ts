/**
 * Rings, beam and front are slow: 30 pictures a second are smooth, and 15 will do where the processor has few cores and
 * the sound needs them more.
 */
const picturesPerSecond = navigator.hardwareConcurrency > 4 ? 30 : 15;
const keyframesOfACurve = 10;

/** Makes a curve for {@link animate}. @param at 0..1 */
export function keyframes(at: (progress: number) => Keyframe): Keyframe[] {
  return Array.from({ length: keyframesOfACurve }, (_, index) => at(index / (keyframesOfACurve - 1)));
}

/**
 * Moves an element by the browser's own means, which take nothing of the page's time, in steps: by itself the browser draws
 * at each frame of the screen.
 * @param atMs when it begins or began, of `performance.now()`
 */
export function animate(
  element: Element,
  curve: Keyframe[],
  { lastsMs, atMs, times = 1 }: { lastsMs: number; atMs: number; times?: number },
): Animation {
  const easing = `steps(${Math.ceil((lastsMs / 1_000) * picturesPerSecond)})`;
  const animation = element.animate(curve, { duration: lastsMs, iterations: times, easing, fill: "both" });
  animation.startTime = atMs;
  return animation;
}
