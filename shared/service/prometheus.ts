// The modules of the Prometheus client that bellbuoy uses. The package's index would also load `node:cluster`, `node:worker_threads` and
// `node:http`: 2.5 MB of memory in each service.

export { default as Counter } from "@prometheus-io/client/lib/counter.js";
export { default as Gauge } from "@prometheus-io/client/lib/gauge.js";
export { default as Histogram } from "@prometheus-io/client/lib/histogram.js";
export { default as Registry } from "@prometheus-io/client/lib/registry.js";
