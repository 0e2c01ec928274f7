/** Header of an answer that the service worker had kept, since the server cannot be reached: when it came, RFC 3339. */
export const cachedAtHeader = "X-Bellbuoy-From-Cache";
