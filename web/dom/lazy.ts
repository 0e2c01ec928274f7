// Loads parts of the page on first use.

/** A part of the page that loads when it is first needed. */
type Lazy<T> = {
  /** The loaded part; `null` before it has loaded. */
  readonly value: T | null;
  /** Loads the part once. @throws the error of `load`; the next call tries again */
  get(): Promise<T>;
};

/** Makes a lazy part. @param load loads it */
export function lazy<T>(load: () => Promise<T>): Lazy<T> {
  let value: T | null = null;
  let loading: Promise<T> | null = null;
  return {
    get value() {
      return value;
    },
    async get() {
      loading ??= load();
      try {
        value = await loading;
        return value;
      } catch (error) {
        loading = null;
        throw error;
      }
    },
  };
}
