// What the player may load and connect to.

/**
 * Returns what the player needs of a browser, as a Content-Security-Policy that allows nothing else. Tone's ticker is a worker that
 * it makes from a blob; what is recorded is a blob until it is saved.
 * @param connect where its server may be
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
