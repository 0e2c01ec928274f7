/**
 * What the player needs of a browser, as a Content-Security-Policy that allows nothing else. Tone's clock is a worker that
 * it makes from a blob.
 * @param connect where its server may be
 */
export function contentSecurityPolicy(connect: string): string {
  return [
    "default-src 'self'",
    `connect-src ${connect}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
