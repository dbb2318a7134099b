import type { Client } from "@elastic/elasticsearch";
import { setup } from "../../src/es/templates.ts";
import { randomFrom } from "../../test/helpers/report-world.ts";

const hosts = 50;
const perBulk = 5000;

/**
 * Fills one week (2026-W47) with events of 50 hosts: nine requests to one login, 40,000 addresses, 5,000 paths, 800
 * users; one login in ten fails, and one request in twenty.
 */
export async function fillWeek(
  client: Client,
  namespace: string,
  count: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const signal = new AbortController().signal;
  await setup(client, { namespace, retentionMs: 400 * 86_400_000 }, signal);
  const random = randomFrom(1);
  let made = 0;
  const next = (): string => {
    const lines: string[] = [];
    for (let n = 0; n < perBulk && made < count; n++)
      lines.push(event(made++, count, random, namespace));
    return lines.join("");
  };
  const store = async () => {
    const answer = await client.bulk(
      { operations: [next()], filter_path: ["errors", "items.*.error"] },
      { requestTimeout: 120_000 },
    );
    if (answer.errors) throw new Error(JSON.stringify(answer.items[0]));
    onProgress(made);
  };
  const worker = async () => {
    while (made < count) await store();
  };
  const index = `logs-*-${namespace}`;
  const put = (settings: object) => client.indices.putSettings({ index, settings });
  // The streams come into being with the first bulk; what only matters while events arrive is off for the rest.
  await store();
  await put({ refresh_interval: -1, translog: { durability: "async" } });
  await Promise.all([worker(), worker(), worker()]);
  await put({ refresh_interval: null, translog: { durability: null } });
  await client.indices.refresh({ index });
}

const from = Date.parse("2026-11-16T00:00:00Z");
const weekMs = 7 * 86_400_000;

function event(index: number, count: number, random: () => number, namespace: string): string {
  const pick = (n: number) => Math.floor(random() ** 2 * n);
  const at = from + Math.floor((index / count) * weekMs);
  const address = pick(40_000);
  const ip = `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`;
  const host = `host${String(pick(hosts)).padStart(2, "0")}`;
  const shared = {
    "@timestamp": new Date(at).toISOString(),
    host: { name: host },
    source: { ip, geo: { country_iso_code: "GB" } },
    leafwatch: { delay_ms: 500 + pick(2000) },
  };
  const failed = random() < 0.1;
  const web = index % 10 > 0;
  const status = random() < 0.95 ? 200 : ([401, 404, 500][pick(3)] ?? 404);
  const document = web
    ? {
        ...shared,
        event: {
          kind: "event",
          dataset: "apache.access",
          category: ["web"],
          outcome: status < 400 ? "success" : "failure",
        },
        url: { path: `/page/${pick(5000)}` },
        http: { request: { method: "GET" }, response: { status_code: status } },
      }
    : {
        ...shared,
        event: {
          kind: "event",
          dataset: "system.auth",
          category: ["authentication"],
          outcome: failed ? "failure" : "success",
        },
        user: { name: `user${pick(800)}` },
        leafwatch: { ...shared.leafwatch, attempts: 1 },
      };
  const stream = `logs-${document.event.dataset}-${namespace}`;
  return `{"create":{"_index":"${stream}"}}\n${JSON.stringify(document)}\n`;
}
