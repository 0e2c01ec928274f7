// Type declarations for single modules of the Prometheus client: the package has types only for its index.
declare module "@prometheus-io/client/lib/counter.js" {
  export { Counter as default } from "@prometheus-io/client";
}
declare module "@prometheus-io/client/lib/gauge.js" {
  export { Gauge as default } from "@prometheus-io/client";
}
declare module "@prometheus-io/client/lib/histogram.js" {
  export { Histogram as default } from "@prometheus-io/client";
}
declare module "@prometheus-io/client/lib/registry.js" {
  export { Registry as default } from "@prometheus-io/client";
}
