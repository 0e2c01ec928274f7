/** The package brings no types. */
declare module "parse-prometheus-text-format" {
  type Sample =
    | { value: string; labels?: Record<string, string> }
    | { buckets: Record<string, string>; count: string; sum: string; labels?: Record<string, string> };
  /** A metric of any number of series; values are as they stand in the text. */
  export type MetricFamily = { name: string; help: string; type: string; metrics: Sample[] };
  export default function parsePrometheusTextFormat(text: string): MetricFamily[];
}
