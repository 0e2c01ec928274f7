// One parameter that moves, computed where browsers do not tell.

/** What moves: a parameter of the browser's or of Tone's, whose values are numbers here, though Tone allows texts too. */
export type MovedParam = {
  readonly value: unknown;
  setValueAtTime(value: number, atS: number): unknown;
  setTargetAtTime(target: number, atS: number, tauS: number): unknown;
  cancelScheduledValues(atS: number): unknown;
};

/** A parameter that moves towards one value after another, each time as quickly as its time constant says. */
export type Glide = {
  /** A move may be of the time before the context's beginning: then it goes on from where it has come by then. */
  to(value: number, atS: number, tauS: number): void;
  /**
   * Stays from a moment on, which may be before the context's beginning too, at what it has reached by then; what was to
   * come after it is forgotten.
   */
  holdFrom(atS: number): void;
};

/**
 * After so many time constants a move is over but for a billionth; then the parameter is told that it has arrived, since
 * a browser would compute the rest of the way for each sample, for ever.
 */
const arrivedTaus = 20;

type Step = { atS: number; target: number; tauS: number };

/**
 * Makes a parameter move. Browsers do not all tell, let alone hold, where a parameter will be at a moment
 * (`cancelAndHoldAtTime`), and Tone takes each move for finished when the next begins. So the moves that are not over are
 * remembered here and computed.
 * @param now the context's time; what lies before it is forgotten
 */
export function createGlide(param: MovedParam, now: () => number): Glide {
  let from = { atS: 0, value: Number(param.value) };
  let steps: Step[] = [];
  /** When it arrives, so far as is known. */
  let arrivesS = Number.NEGATIVE_INFINITY;

  function valueAt(atS: number): number {
    return follow(
      from,
      steps.filter((step) => step.atS <= atS),
      atS,
    );
  }

  function forgetBefore(untilS: number): void {
    const current = steps.findLastIndex((step) => step.atS <= untilS);
    if (current < 1) return;
    const { atS } = steps[current] ?? from;
    from = { atS, value: follow(from, steps.slice(0, current), atS) };
    steps = steps.slice(current);
  }

  /** The parameter itself knows no time before its beginning, so it begins where it has come by then. */
  function goOn(target: number, atS: number, tauS: number): void {
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
        goOn(target, atS, tauS);
        return;
      }
      const last = steps.at(-1);
      // It is on its way there, or has arrived: to set out again would cost a browser the whole way.
      if (last?.target === target && last.atS <= atS) return;
      forgetBefore(now());
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
      forgetBefore(Math.min(atS, now()));
      // A move to where it has come by then, so that what comes before is not forgotten.
      steps = [...steps.filter((step) => step.atS <= atS), { atS, target: value, tauS: 1 }];
    },
  };
}

/** Where a parameter has come that began somewhere and made some moves, each until the next begins. */
function follow(from: { atS: number; value: number }, steps: readonly Step[], atS: number): number {
  let { value } = from;
  for (const [index, step] of steps.entries()) {
    const untilS = steps[index + 1]?.atS ?? atS;
    value = step.target + (value - step.target) * Math.exp(-(untilS - step.atS) / step.tauS);
  }
  return value;
}
