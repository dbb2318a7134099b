import type { Client, estypes } from "@elastic/elasticsearch";

/** Documents of one bulk, and bulks under way side by side: more of either is no faster on two cores. */
const batch = 5000;
const loaders = 3;

/** Settings for loading, which is not what is measured: nothing is made visible or synced before the end. */
const loading: estypes.IndicesIndexSettings = {
  index: {
    number_of_replicas: 0,
    refresh_interval: "-1",
    translog: { durability: "async", sync_interval: "60s", flush_threshold_size: "2gb" },
  },
};

/** Makes the namespace's streams, which do not exist yet, quick to load. */
export async function loadQuickly(client: Client, namespace: string): Promise<void> {
  const name = `leafwatch-${namespace}@custom`;
  await client.cluster.putComponentTemplate({ name, template: { settings: loading } });
}

/**
 * Writes ordinary events from `from` to `to`, evenly spread: three of four are requests, the rest logins, a fiftieth
 * of each fails. What an event holds follows from its number, from `first` on. Several bulks at once; what they wrote is
 * made visible at the end.
 */
export async function fill(
  client: Client,
  namespace: string,
  { first, count }: { first: number; count: number },
  [from, to]: readonly [number, number],
  progress: (written: number) => void,
): Promise<void> {
  const head = (dataset: string) => `{"create":{"_index":"logs-${dataset}-${namespace}"}}\n`;
  const heads = { web: head("apache.access"), login: head("system.auth") };
  let next = 0;
  let written = 0;
  const loader = async () => {
    while (next < count) {
      const begin = next;
      next += batch;
      let body = "";
      for (let i = begin; i < Math.min(next, count); i++) {
        const at = from + Math.floor(((to - from) * i) / count);
        const n = first + i;
        body += n % 4 === 0 ? heads.login + loginOf(n, at) : heads.web + requestOf(n, at);
      }
      // One text: nothing is left to serialise. The client ends it with its last line break.
      const answer = await client.bulk<string>({
        operations: [body.slice(0, -1)],
        filter_path: ["errors"],
      });
      if (answer.errors) throw new Error("the bench's events were refused");
      written += Math.min(batch, count - begin);
      progress(written);
    }
  };
  await Promise.all(Array.from({ length: loaders }, loader));
  await client.indices.refresh({ index: `logs-*-${namespace}` });
}

const requestOf = (n: number, at: number): string => {
  const { random, fails, common } = sharedBy(n, at, "apache.access", "web");
  const status = fails ? [401, 404, 500][random % 3] : 200;
  return `{${common},"url":{"path":"/page/${random % 500}"},"http":{"response":{"status_code":${status}}},"leafwatch":{"delay_ms":2000}}\n`;
};

const loginOf = (n: number, at: number): string =>
  `{${sharedBy(n, at, "system.auth", "authentication").common},"leafwatch":{"attempts":1,"delay_ms":2000}}\n`;

/** The fields that both have, as the inside of a JSON object. */
function sharedBy(n: number, at: number, dataset: string, category: string) {
  // Knuth's multiplicative hash: spreads addresses and users without a pattern in time.
  const random = Math.imul(n, 2_654_435_761) >>> 0;
  const user = (random >>> 4) % 2000;
  // Of other bits than the user, or the same few would fail again and again.
  const fails = (Math.imul(n ^ (n >>> 7), 2_246_822_519) >>> 13) % 50 === 0;
  // Everybody has three addresses.
  const ip = `10.${(random >>> 30) % 3}.${user % 8}.${(user >>> 3) % 256}`;
  const common =
    `"@timestamp":${at},"event":{"kind":"event","category":["${category}"],` +
    `"outcome":"${fails ? "failure" : "success"}","dataset":"${dataset}","ingested":${at + 2000}},` +
    `"host":{"name":"host${random % 50}"},"source":{"ip":"${ip}"},"user":{"name":"user${user}"}`;
  return { random, fails, common };
}
