// The modules of the Prometheus client that bellbuoy uses. The package's index would also load `node:cluster`,
// `node:worker_threads` and `node:http`: 2.5 MB of memory in each service. It has no other entry:
// https://github.com/prometheus/client_js/blob/HEAD/index.js, https://github.com/prometheus/client_js/issues/293

export { default as Counter } from "@prometheus-io/client/lib/counter.js";
export { default as Gauge } from "@prometheus-io/client/lib/gauge.js";
export { default as Histogram } from "@prometheus-io/client/lib/histogram.js";
export { default as Registry } from "@prometheus-io/client/lib/registry.js";
