// Helpers to subscribe to signals.

import { effect, type ReadonlySignal, untracked } from "@preact/signals-core";

/** Calls `act` with each new value of a signal, without its current value. @returns a function that unsubscribes */
export function onChange<T>(source: ReadonlySignal<T>, act: (value: T) => void): () => void {
  let isFirst = true;
  return effect(() => {
    const { value } = source;
    if (!isFirst) untracked(() => act(value));
    isFirst = false;
  });
}

/** Calls `act` now and after each change of `sources`; other signals that it reads are not subscribed to. */
export function observe(sources: readonly ReadonlySignal<unknown>[], act: () => void): () => void {
  return effect(() => {
    for (const source of sources) void source.value;
    untracked(act);
  });
}
