// Types for `parse-prometheus-text-format`, which ships none.
declare module "parse-prometheus-text-format" {
  type Sample =
    | { value: string; labels?: Record<string, string> }
    | { buckets: Record<string, string>; count: string; sum: string; labels?: Record<string, string> };
  /** A metric with any number of series; values are the strings of the text. */
  export type MetricFamily = { name: string; help: string; type: string; metrics: Sample[] };
  export default function parsePrometheusTextFormat(text: string): MetricFamily[];
}
