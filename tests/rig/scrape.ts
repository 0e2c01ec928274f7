import parse, { type MetricFamily } from "parse-prometheus-text-format";

/** What a service told of itself at one scrape, read by another parser than that of the library which wrote it. */
export type Scrape = {
  contentType: string | null;
  families: Map<string, MetricFamily>;
  /** The value of a counter or gauge, or the count of a histogram. @throws {Error} when there is no such series */
  value(name: string, labels?: Record<string, string>): number;
};

/** Asks a service for its metrics, as Prometheus does. */
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
