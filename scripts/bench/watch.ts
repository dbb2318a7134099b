import { setMaxListeners } from "node:events";
import { parseArgs } from "node:util";
import { Client } from "@elastic/elasticsearch";
import { startElasticsearch } from "../../src/es/local.ts";
import { setup } from "../../src/es/templates.ts";
import { silentLog } from "../../src/lib/log.ts";
import { loadRules } from "../../src/watch/load-rules.ts";
import { createWatcher } from "../../src/watch/watcher.ts";
import { median } from "./cpu.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const batch = 5000;
/** Bulks under way side by side. */
const loaders = 3;
const ruleCount = 20;
const rounds = 3;
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
  // Loading is not what is measured.
  await client.cluster.putComponentTemplate({
    name: `leafwatch-${namespace}@custom`,
    template: {
      settings: { index: { refresh_interval: "-1", translog: { durability: "async" } } },
    },
  });
  const now = Math.floor(Date.now() / minuteMs) * minuteMs;
  await fill(client, namespace, events, now - dayMs, now);
  const { rules } = await loadRules(new URL("../../rules/*.yml", import.meta.url).pathname);
  const watcher = createWatcher({
    client,
    namespace,
    rules: rules.slice(0, ruleCount),
    enqueue: async () => {},
    log: silentLog,
    from: 10 * minuteMs,
  });
  const pass = async (at: number) => {
    const started = performance.now();
    const { failed } = await watcher.pass(new Date(at), signal);
    if (failed[0]) throw failed[0].error;
    return (performance.now() - started) / 1000;
  };
  let clock = now + minuteMs;
  await pass(clock);
  const idle: number[] = [];
  const busy: number[] = [];
  for (let round = 0; round < rounds; round++) {
    idle.push(await pass(clock));
    await fill(client, namespace, newEvents, clock - minuteMs, clock);
    clock += minuteMs;
    busy.push(await pass(clock));
    say(await alertsByRule(client, namespace));
    say(`round ${round + 1}: idle ${seconds(idle.at(-1))} s, busy ${seconds(busy.at(-1))} s`);
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

/**
 * Writes ordinary events, evenly spread: three of four are requests, the rest logins, a twentieth of each fails. Several
 * bulks at once, as text; what they wrote is made visible at the end.
 */
async function fill(client: Client, namespace: string, count: number, from: number, to: number) {
  let next = 0;
  let written = 0;
  const loader = async () => {
    while (next < count) {
      const first = next;
      next += batch;
      const operations: string[] = [];
      for (let n = first; n < Math.min(next, count); n++) {
        const event = eventOf(n, from + Math.floor(((to - from) * n) / count));
        const index = `logs-${event.event.dataset}-${namespace}`;
        operations.push(`{"create":{"_index":"${index}"}}`, JSON.stringify(event));
      }
      const answer = await client.bulk<string>({ operations, filter_path: ["errors"] });
      if (answer.errors) throw new Error("the bench's events were refused");
      written += operations.length / 2;
      if (written % 500_000 < batch) say(`${written} of ${count} events`);
    }
  };
  await Promise.all(Array.from({ length: loaders }, loader));
  await client.indices.refresh({ index: `logs-*-${namespace}` });
}

function eventOf(n: number, at: number) {
  const web = n % 4 !== 0;
  // Knuth's multiplicative hash: spreads addresses and users without a pattern in time.
  const random = Math.imul(n, 2_654_435_761) >>> 0;
  const user = (random >>> 4) % 2000;
  // Of other bits than the user, or the same few would fail again and again.
  const fails = (Math.imul(n ^ (n >>> 7), 2_246_822_519) >>> 13) % 20 === 0;
  const dataset = web ? "apache.access" : "system.auth";
  const common = {
    "@timestamp": new Date(at).toISOString(),
    event: {
      kind: "event",
      category: [web ? "web" : "authentication"],
      outcome: fails ? "failure" : "success",
      dataset,
      ingested: new Date(at + 2000).toISOString(),
    },
    host: { name: `host${random % 50}` },
    // Everybody has three addresses.
    source: { ip: `10.${(random >>> 30) % 3}.${user % 8}.${(user >>> 3) % 256}` },
    user: { name: `user${user}` },
  };
  const fields = web
    ? {
        url: { path: `/page/${random % 500}` },
        http: { response: { status_code: fails ? [401, 404, 500][random % 3] : 200 } },
        leafwatch: { delay_ms: 2000 },
      }
    : { leafwatch: { attempts: 1, delay_ms: 2000 } };
  return { ...common, ...fields };
}

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
