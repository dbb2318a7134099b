import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

/** The figures that the processes of Leafwatch give to Prometheus; names as its naming guide asks. */
export interface Metrics {
  readonly registry: Registry;
  readonly events: Counter<"dataset">;
  readonly unparsed: Counter<"dataset">;
  readonly deadLetters: Gauge;
  readonly bulkRetries: Gauge;
  readonly delaySeconds: Gauge<"host" | "stream">;
  readonly lastReadSeconds: Gauge<"host" | "stream">;
  readonly streamFailures: Counter<"host">;
  readonly passes: Counter<"result">;
  readonly lastPassSeconds: Gauge;
  readonly mails: Counter<"result">;
}

/** A registry of its own, so that two in one process (tests) never meet. Memory and CPU come with it. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "leafwatch_" });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name: `leafwatch_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: `leafwatch_${name}`, help, labelNames, registers });
  return {
    registry,
    events: counter("events_total", "Events stored or dead-lettered.", ["dataset"]),
    unparsed: counter("unparsed_total", "Lines that no parser took.", ["dataset"]),
    deadLetters: gauge("dead_letters", "Events that Elasticsearch refused since start.", []),
    bulkRetries: gauge("bulk_retries", "Bulk requests sent again since start.", []),
    delaySeconds: gauge("delay_seconds", "Age of the newest stored line when it was stored.", [
      "host",
      "stream",
    ]),
    lastReadSeconds: gauge("last_read_timestamp_seconds", "When a line was last read.", [
      "host",
      "stream",
    ]),
    streamFailures: counter("stream_failures_total", "Streams that failed and were tried again.", [
      "host",
    ]),
    passes: counter("watch_passes_total", "Passes of the watcher.", ["result"]),
    lastPassSeconds: gauge(
      "watch_last_pass_timestamp_seconds",
      "End of the last complete pass.",
      [],
    ),
    mails: counter("mails_total", "Mails by what became of them.", ["result"]),
  };
}
