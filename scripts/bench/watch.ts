import { setMaxListeners } from "node:events";
import { parseArgs } from "node:util";
import { Client } from "@elastic/elasticsearch";
import { startElasticsearch } from "../../src/es/local.ts";
import { setup } from "../../src/es/templates.ts";
import { silentLog } from "../../src/lib/log.ts";
import { loadRules } from "../../src/watch/load-rules.ts";
import { createWatcher } from "../../src/watch/watcher.ts";
import { median } from "./cpu.ts";
import { fill, loadQuickly } from "./watch-day.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const ruleCount = 20;
const rounds = 5;
const newEvents = 100_000;
const { signal } = new AbortController();
// Many requests at once listen to it.
setMaxListeners(0, signal);

/**
 * What a pass of twenty rules costs over a day of events: with nothing new, and with a minute of 100,000 new events.
 * `--events N` makes the day smaller. Its own server with 2 GB of heap, or ELASTICSEARCH_URL.
 */
export async function bench(
  argv: readonly string[] = [],
): Promise<Readonly<Record<string, number>> & { runs: number }> {
  const options = { events: { type: "string", default: "10000000" } } as const;
  const { values } = parseArgs({ args: [...argv], options });
  const events = Number(values.events);
  const given = process.env["ELASTICSEARCH_URL"];
  await using own = given ? undefined : await startElasticsearch({ heapMb: 2048 }, signal);
  const client = new Client({ node: given ?? own?.url ?? "", requestTimeout: 120_000 });
  const namespace = `bench${Date.now().toString(36)}`;
  await setup(client, { namespace, retentionMs: dayMs }, signal);
  await loadQuickly(client, namespace);
  const now = Math.floor(Date.now() / minuteMs) * minuteMs;
  const loading = performance.now();
  await fill(client, namespace, { first: 0, count: events }, [now - dayMs, now], (written) => {
    if (written % 500_000 === 0) say(`${written} of ${events} events`);
  });
  say(`loaded in ${Math.round((performance.now() - loading) / 1000)} s`);
  // As they are where nobody loads a day at once: a watcher looks further back where nothing is refreshed.
  const refreshed = { refresh_interval: "5s" };
  await client.indices.putSettings({ index: `logs-*-${namespace}`, settings: refreshed });
  let clock = now + minuteMs;
  const { rules } = await loadRules(new URL("../../rules/*.yml", import.meta.url).pathname);
  const watcher = createWatcher({
    client,
    namespace,
    rules: rules.slice(0, ruleCount),
    enqueue: async () => {},
    log: silentLog,
    from: 10 * minuteMs,
    // Events are stamped by the bench's clock, not by this machine's.
    clock: () => clock,
  });
  const pass = (at: number) =>
    measured(client, async () => {
      const { failed } = await watcher.pass(new Date(at), signal);
      if (failed[0]) throw failed[0].error;
    });
  await pass(clock);
  const idle: number[] = [];
  const busy: number[] = [];
  // Round 0 is not measured: the server's compiler warms up, and the state indices come into being.
  for (let round = 0; round <= rounds; round++) {
    const nothing = await pass(clock);
    // Numbered on: the same events again would be the same logins failing in every round.
    const fresh = { first: events + round * newEvents, count: newEvents };
    await fill(client, namespace, fresh, [clock - minuteMs, clock], () => {});
    clock += minuteMs;
    const all = await pass(clock);
    if (round > 0) {
      idle.push(nothing.wall);
      busy.push(all.wall);
    }
    say(`round ${round}: ${costs("idle", nothing)}`);
    say(`         ${costs("busy", all)}; ${await alertsByRule(client, namespace)}`);
    // The late look at what has just been judged belongs to the busy pass, not to the next idle one.
    clock += 3 * minuteMs;
    await pass(clock);
  }
  await client.indices
    .delete({ index: `leafwatch-*-${namespace}`, ignore_unavailable: true })
    .catch(() => undefined);
  await client.close();
  return {
    events,
    rules: ruleCount,
    idle_pass_seconds: seconds(median(idle)),
    new_events: newEvents,
    busy_pass_seconds: seconds(median(busy)),
    runs: rounds,
  };
}

/** What a pass cost. Seconds; of processors, what others do on the machine does not count. */
interface Cost {
  wall: number;
  /** Of this process and of the server. */
  own: number;
  server: number;
  requests: number;
}

/** Measures what `work` costs. */
async function measured(client: Client, work: () => Promise<void>): Promise<Cost> {
  let requests = 0;
  const count = () => {
    requests++;
  };
  const serverBefore = await serverCpu(client);
  client.diagnostic.on("request", count);
  const before = process.cpuUsage();
  const started = performance.now();
  await work();
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  client.diagnostic.off("request", count);
  const server = (await serverCpu(client)) - serverBefore;
  return { wall, own: (user + system) / 1e6, server, requests };
}

/** Seconds of processor that the nodes have used. */
async function serverCpu(client: Client): Promise<number> {
  const { nodes } = await client.nodes.stats({ metric: "process" });
  const used = Object.values(nodes).map((node) => node.process?.cpu?.total_in_millis ?? 0);
  return used.reduce((sum, ms) => sum + ms, 0) / 1000;
}

const costs = (what: string, { wall, own, server, requests }: Cost) =>
  `${what} ${seconds(wall)} s (processor: watcher ${seconds(own)} s, server ${seconds(server)} s; ${requests} requests)`;

async function alertsByRule(client: Client, namespace: string): Promise<string> {
  const index = `leafwatch-alerts-${namespace}`;
  await client.indices.refresh({ index, ignore_unavailable: true });
  const aggs = { rules: { terms: { field: "rule.id", size: 50 } } };
  const found = await client.search<
    unknown,
    { rules: { buckets: { key: string; doc_count: number }[] } }
  >({ index, ignore_unavailable: true, size: 0, aggs });
  const rules = found.aggregations?.rules.buckets ?? [];
  return `alerts: ${rules.map(({ key, doc_count: n }) => `${n} ${key}`).join(", ")}`;
}

const seconds = (value = Number.NaN) => Number(value.toFixed(3));
const say = (text: string) => process.stderr.write(`${text}\n`);
