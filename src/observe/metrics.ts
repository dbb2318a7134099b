import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

/** The figures that the processes of Leafwatch give to Prometheus; names as its naming guide asks. */
export interface Metrics {
  readonly registry: Registry;
  readonly events: Counter<"dataset">;
  readonly unparsed: Counter<"dataset">;
  readonly delaySeconds: Gauge<"host" | "stream">;
  readonly lastReadSeconds: Gauge<"host" | "stream">;
  readonly streamFailures: Counter<"host">;
  readonly passes: Counter<"result">;
  readonly lastPassSeconds: Gauge;
  /** Reads a shipper's figures whenever somebody asks for ours. */
  followShipper(stats: () => { readonly deadLettered: number; readonly retries: number }): void;
  /** Counts what one pass over the outbox did, and shows how the outbox stands after it. */
  countOutbox(pass: OutboxPass, now: OutboxNow): void;
}

/** Messages that one pass sent, put off, and gave up for somebody. */
export interface OutboxPass {
  readonly sent: number;
  readonly retried: number;
  readonly dead: number;
}

/** The outbox in numbers: messages by state, second sendings by cause, and those that somebody will never get. */
export interface OutboxNow {
  readonly states: Readonly<Partial<Record<string, number>>>;
  readonly repeated: Readonly<Partial<Record<string, number>>>;
  readonly undelivered: number;
  /** When the oldest that waits was queued, ISO 8601. */
  readonly oldest_waiting?: string;
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
  let shipped = () => ({ deadLettered: 0, retries: 0 });
  const followed = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `leafwatch_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  followed(
    "dead_letters",
    "Events that Elasticsearch refused since start.",
    () => shipped().deadLettered,
  );
  followed("bulk_retries", "Bulk requests sent again since start.", () => shipped().retries);
  const mails = counter("mails_total", "Tries to send a message, by what became of them.", [
    "result",
  ]);
  const outbox = gauge("outbox_messages", "Messages in the outbox by state.", ["state"]);
  const repeated = gauge("outbox_repeated", "Messages that may have been sent twice, by cause.", [
    "cause",
  ]);
  const undelivered = gauge("outbox_undelivered", "Messages that somebody will never get.", []);
  const waiting = gauge("outbox_waiting_seconds", "Age of the oldest message that waits.", []);
  return {
    registry,
    events: counter("events_total", "Events stored or dead-lettered.", ["dataset"]),
    unparsed: counter("unparsed_total", "Lines that no parser took.", ["dataset"]),
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
    followShipper(stats) {
      shipped = stats;
    },
    countOutbox(pass, now) {
      for (const result of ["sent", "retried", "dead"] as const)
        mails.inc({ result }, pass[result]);
      outbox.reset();
      for (const [state, count = 0] of Object.entries(now.states)) outbox.set({ state }, count);
      repeated.reset();
      for (const [cause, n = 0] of Object.entries(now.repeated)) repeated.set({ cause }, n);
      undelivered.set(now.undelivered);
      waiting.set(now.oldest_waiting === undefined ? 0 : ageOf(now.oldest_waiting));
    },
  };
}

/** Seconds since a time, ISO 8601. */
function ageOf(iso: string): number {
  return Math.max(0, Date.now() - Date.parse(iso)) / 1000;
}
