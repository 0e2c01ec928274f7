// How files are named that never change.

/** Path of a file whose name carries a hash of its content: what it holds never changes. */
export const hashedName = /-[0-9a-z]{8}\.\w+$/;
