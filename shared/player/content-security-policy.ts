// The player's Content-Security-Policy: what it may load and connect to.

/**
 * Returns the Content-Security-Policy with the minimum that the player needs. Tone starts its ticker as a worker from a
 * blob, and a recording is a blob until the user saves it.
 * @param connect sources for `connect-src`: where the server may be
 */
export function contentSecurityPolicy(connect: string): string {
  return [
    "default-src 'self'",
    `connect-src ${connect}`,
    "worker-src 'self' blob:",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
