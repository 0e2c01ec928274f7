/** A file of tests/fixtures/ndbc as the client hands it over: a character a byte. */
export function fixture(name: string): Promise<string> {
  return readLatin1(`${import.meta.dir}/../../fixtures/ndbc/${name}`);
}

export async function readLatin1(path: string): Promise<string> {
  return Buffer.from(await Bun.file(path).bytes()).toString("latin1");
}

/** What a function throws, for assertions on more than its message. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
