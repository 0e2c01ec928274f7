// Helpers for the tests of NDBC's files.

/** A file of tests/fixtures/handwritten as the client hands it over: a character a byte. */
export async function fixture(name: string): Promise<string> {
  const bytes = await Bun.file(`${import.meta.dir}/../../fixtures/handwritten/${name}`).bytes();
  return Buffer.from(bytes).toString("latin1");
}

/** Returns the error that a function throws, for assertions on more than its message. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
