/** Header that the service worker adds to cached answers while the server is unreachable: time of receipt, RFC 3339. */
export const cachedAtHeader = "X-Bellbuoy-From-Cache";
