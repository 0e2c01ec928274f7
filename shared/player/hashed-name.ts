// The name pattern of files that never change.

/** Matches a path whose file name includes a hash of the content, so browsers can cache the file for ever. */
export const hashedName = /-[0-9a-z]{8}\.\w+$/;
