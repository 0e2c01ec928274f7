// Automation of one audio parameter, with values that browsers do not report.

/** An AudioParam or a Tone.js Param. Values here are numbers, although Tone also accepts strings. */
export type MovedParam = {
  readonly value: unknown;
  setValueAtTime(value: number, atS: number): unknown;
  setTargetAtTime(target: number, atS: number, tauS: number): unknown;
  cancelScheduledValues(atS: number): unknown;
};

/** Moves a parameter exponentially to one target after another, each with its own time constant. */
export type Glide = {
  /**
   * Starts a move to `value` at `atS`. A negative time is before the start of the context; the move then starts from
   * the value reached by time 0.
   */
  to(value: number, atS: number, tauS: number): void;
  /** Holds the value reached at `atS`, which may be negative, and drops later moves. */
  holdFrom(atS: number): void;
};

/**
 * Time constants after which a move is complete to within a billionth. The parameter is then set to its target, since a
 * browser would otherwise compute the exponential for each sample without end.
 */
const arrivedTaus = 20;

type Step = { atS: number; target: number; tauS: number };

/**
 * Makes a glide for a parameter.
 * The glide stores unfinished moves and computes values itself. Not all browsers support `cancelAndHoldAtTime`, and
 * Tone treats each move as finished when the next one starts.
 * @param now returns the context's time in seconds; the glide drops older moves
 */
export function createParamGlide(param: MovedParam, now: () => number): Glide {
  let from = { atS: 0, value: Number(param.value) };
  let steps: Step[] = [];
  /** Time at which the parameter reaches its target, if a move is planned. */
  let arrivesS = Number.NEGATIVE_INFINITY;

  function valueAt(atS: number): number {
    return follow(
      from,
      steps.filter((step) => step.atS <= atS),
      atS,
    );
  }

  function dropBefore(untilS: number): void {
    const current = steps.findLastIndex((step) => step.atS <= untilS);
    if (current < 1) return;
    const { atS } = steps[current] ?? from;
    from = { atS, value: follow(from, steps.slice(0, current), atS) };
    steps = steps.slice(current);
  }

  /**
   * Starts a move from before time 0. An AudioParam accepts no negative time, so it starts at the value reached at 0.
   */
  function moveFromPast(target: number, atS: number, tauS: number): void {
    if (steps.length === 0) from = { atS, value: from.value };
    steps.push({ atS, target, tauS });
    param.cancelScheduledValues(0);
    param.setValueAtTime(valueAt(0), 0);
    param.setTargetAtTime(target, 0, tauS);
    arrive(target, Math.max(0, atS + arrivedTaus * tauS));
  }

  function arrive(target: number, atS: number): void {
    param.setValueAtTime(target, atS);
    arrivesS = atS;
  }

  return {
    to(target, atS, tauS) {
      if (atS < 0) {
        moveFromPast(target, atS, tauS);
        return;
      }
      const last = steps.at(-1);
      // The parameter already moves to this value or has reached it. A second move would cost the browser a full curve.
      if (last?.target === target && last.atS <= atS) return;
      dropBefore(now());
      const after = steps.findIndex((step) => step.atS > atS);
      steps.splice(after === -1 ? steps.length : after, 0, { atS, target, tauS });
      if (after === -1 && arrivesS > atS) param.cancelScheduledValues(arrivesS);
      param.setTargetAtTime(target, atS, tauS);
      if (after === -1) arrive(target, atS + arrivedTaus * tauS);
    },
    holdFrom(atS) {
      const value = valueAt(atS);
      const heldS = Math.max(0, atS);
      param.cancelScheduledValues(heldS);
      param.setValueAtTime(value, heldS);
      arrivesS = Number.NEGATIVE_INFINITY;
      dropBefore(Math.min(atS, now()));
      // A move to the current value keeps the moves before it in the history.
      steps = [...steps.filter((step) => step.atS <= atS), { atS, target: value, tauS: 1 }];
    },
  };
}

/** Returns the value at `atS` after a series of moves, each of which ends where the next one starts. */
function follow(from: { atS: number; value: number }, steps: readonly Step[], atS: number): number {
  let { value } = from;
  for (const [index, step] of steps.entries()) {
    const untilS = steps[index + 1]?.atS ?? atS;
    value = step.target + (value - step.target) * Math.exp(-(untilS - step.atS) / step.tauS);
  }
  return value;
}
