import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { createHosts, type HostHandle } from "../../src/collect/host.ts";
import { hostOptions } from "../../src/collect/host-options.ts";
import { parseSshConfig } from "../../src/collect/ssh-config.ts";
import { sourceKindFor, sourceKinds } from "../../src/collect/registry.ts";
import { silentLog, type Log } from "../../src/lib/log.ts";
import type { LineBatch, Position, RawLine } from "../../src/model/raw-line.ts";
import { until } from "./poll.ts";
import type { Sshd } from "./sshd.ts";

type HostInput = Record<string, unknown>;

/** A host of the config that stands for `sshd`, polled fast. Dispose it to disconnect. */
export async function openHost(
  sshd: Pick<Sshd, "port" | "user" | "key" | "knownHosts">,
  { once = false, log = silentLog, ...more }: { once?: boolean; log?: Log } & HostInput = {},
): Promise<HostHandle & AsyncDisposable> {
  const options = hostOptions.parse({
    name: "web1",
    address: "127.0.0.1",
    port: sshd.port,
    user: sshd.user,
    auth: { key: sshd.key },
    known_hosts_file: sshd.knownHosts,
    poll: "100ms",
    ...more,
  });
  const hosts = await createHosts([options], {
    once,
    log,
    maxLineBytes: 1024 * 1024,
    sshConfig: parseSshConfig(""),
  });
  const [host] = hosts.all;
  if (!host) throw new Error("there is one host");
  return { ...host, [Symbol.asyncDispose]: () => hosts[Symbol.asyncDispose]() };
}

/** Everything that one `logs:` entry gives, gathered in the background as a shipper would. */
export interface Collecting extends AsyncDisposable {
  readonly batches: readonly LineBatch[];
  readonly lines: readonly RawLine[];
  /** Settles when the source ends: with `once`, or at the first failure of it or of a stream. */
  readonly ended: Promise<void>;
  texts(): string[];
  offsets(): number[];
  origins(): string[];
  paths(): string[];
  position(stream?: string): Position | undefined;
  /** Waits until exactly these lines were read in this order. */
  until(texts: readonly string[]): Promise<void>;
  untilSet(texts: readonly string[]): Promise<void>;
  untilCount(count: number): Promise<void>;
  untilLine(wanted: (text: string) => boolean): Promise<void>;
  untilPosition(): Promise<void>;
}

export function collecting(
  host: HostHandle,
  path: string | undefined,
  more: { from?: Position; options?: Record<string, unknown>; format?: string } = {},
): Collecting {
  const format = more.format ?? "system.syslog";
  const kind = sourceKinds[sourceKindFor(format)];
  const entry = kind.options.parse({ ...(path !== undefined && { path }), ...more.options });
  const source = host.source({ format, ...entry });
  const stop = new AbortController();
  // Every stream of a glob listens to it.
  setMaxListeners(0, stop.signal);
  const batches: LineBatch[] = [];
  const lines: RawLine[] = [];
  const positions = new Map<string, Position>();
  async function run() {
    const streams: Promise<void>[] = [];
    for await (const stream of source.streams(stop.signal)) {
      const read = async () => {
        for await (const batch of stream.batches(more.from, stop.signal)) {
          batches.push(batch);
          lines.push(...batch.lines);
          positions.set(stream.name, batch.position);
        }
      };
      streams.push(read());
    }
    const results = await Promise.allSettled(streams);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
  const ended = run();
  let failure: Error | undefined;
  ended.catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  const failing =
    <T>(look: () => T) =>
    () => {
      if (failure !== undefined) throw failure;
      return look();
    };
  const texts = () => lines.map((line) => line.text);
  return {
    batches,
    lines,
    ended,
    texts,
    offsets: () => lines.map((line) => line.offset),
    origins: () => batches.flatMap((batch) => (batch.lines.length > 0 ? [batch.origin] : [])),
    paths: () => [...new Set(batches.flatMap((batch) => batch.path ?? []))],
    position: (stream = path ?? "") => positions.get(stream),
    async until(expected) {
      await until(
        "the lines are read",
        failing(() => lines.length >= expected.length),
      ).catch(() => undefined);
      failing(() => undefined)();
      assert.deepEqual(texts(), expected);
    },
    async untilSet(expected) {
      await until(
        "the lines are read",
        failing(() => lines.length >= expected.length),
      ).catch(() => undefined);
      assert.deepEqual(texts().sort(), [...expected].sort());
    },
    async untilCount(count) {
      await until(
        `${count} lines are read`,
        failing(() => lines.length >= count),
      );
    },
    async untilLine(wanted) {
      await until(
        "the line is read",
        failing(() => texts().some(wanted)),
      );
    },
    async untilPosition() {
      await until(
        "a position is there",
        failing(() => positions.size > 0),
      );
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended.catch(() => undefined);
    },
  };
}
