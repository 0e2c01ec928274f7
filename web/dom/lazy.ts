/** A part of the page that is fetched when it is first needed. */
type Lazy<T> = {
  /** What was fetched; `null` before. */
  readonly value: T | null;
  /** Fetches it once. @throws what `load` does; it may be tried again */
  get(): Promise<T>;
};

/** Makes a part that `load` fetches. */
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
