// Reads the metrics of a service as Prometheus does.
import parse, { type MetricFamily } from "parse-prometheus-text-format";

/** Holds the metrics of one scrape, parsed by a different library than the one that wrote them. */
export type Scrape = {
  contentType: string | null;
  families: Map<string, MetricFamily>;
  /** Returns the value of a counter or gauge, or the count of a histogram. @throws {Error} when the series does not exist */
  value(name: string, labels?: Record<string, string>): number;
};

/** Fetches and parses the metrics of a service. */
export async function scrape(address: string): Promise<Scrape> {
  const response = await fetch(`${address}/metrics`);
  const families = new Map(parse(await response.text()).map((family) => [family.name, family]));
  return {
    contentType: response.headers.get("Content-Type"),
    families,
    value(name, labels = {}) {
      const sample = families.get(name)?.metrics.find((one) => Bun.deepEquals(one.labels ?? {}, labels));
      if (sample === undefined) throw new Error(`there is no ${name} ${JSON.stringify(labels)}`);
      return Number("value" in sample ? sample.value : sample.count);
    },
  };
}
