import { effect, type ReadonlySignal, untracked } from "@preact/signals-core";

/** Calls `act` with each new value of a signal, and not with the one that it has now. @returns a function that ends this */
export function onChange<T>(source: ReadonlySignal<T>, act: (value: T) => void): () => void {
  let isFirst = true;
  return effect(() => {
    const { value } = source;
    if (!isFirst) untracked(() => act(value));
    isFirst = false;
  });
}

/** Calls `act` now, and whenever one of `sources` changes; what it reads besides them is not subscribed to. */
export function observe(sources: readonly ReadonlySignal<unknown>[], act: () => void): () => void {
  return effect(() => {
    for (const source of sources) void source.value;
    untracked(act);
  });
}
