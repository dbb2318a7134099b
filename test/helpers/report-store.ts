import type { Client } from "@elastic/elasticsearch";
import { DateTime } from "luxon";
import { setup } from "../../src/es/templates.ts";
import type { Alert, Level } from "../../src/model/alert.ts";
import { alertDocument } from "../../src/model/alert-document.ts";
import type { EcsEvent } from "../../src/model/ecs.ts";

/** One alert as the watcher stores it. */
export function madeAlert(
  id: string,
  level: Level,
  openedAt: string,
  more: Partial<Omit<Alert, "rule">> & { rule?: string; title?: string } = {},
): Alert {
  const { rule = "ssh-bruteforce", title, ...rest } = more;
  const opened = DateTime.fromISO(openedAt, { zone: "utc" });
  const source = "203.0.113.5";
  const iso = (at: DateTime) => at.toJSDate().toISOString();
  const original = `${opened.toFormat("LLL dd HH:mm:ss")} app1 sshd[812]: Failed password for root from ${source} port 40022 ssh2`;
  return {
    id,
    rule: {
      id: rule,
      hash: `${rule}-hash`,
      title: title ?? "SSH brute force from {source.ip}",
      level,
      kind: "count",
      attack: ["T1110.001"],
    },
    summary: title ?? `SSH brute force from ${source}: 120 failures`,
    group: { "source.ip": source },
    figures: { count: 120, threshold: 10 },
    state: "recovered",
    workflow: "open",
    count: 120,
    threshold: 10,
    within: 300_000,
    first_seen: iso(opened.minus({ seconds: 95 })),
    last_seen: iso(opened.plus({ minutes: 4 })),
    opened_at: iso(opened),
    recovered_at: iso(opened.plus({ minutes: 34 })),
    late: false,
    flapping: false,
    transitions: 2,
    evidence: {
      top: {
        "user.name": [
          { value: "root", count: 90 },
          { value: "admin", count: 30 },
        ],
        "host.name": [{ value: "app1", count: 120 }],
      },
      lines: [{ id: "1", index: "x", timestamp: iso(opened), host: "app1", original }],
    },
    ...rest,
  };
}

/** Stores a world in `namespace` under the templates that `setup` installs, and makes it searchable. */
export async function storeWorld(
  client: Client,
  namespace: string,
  events: readonly EcsEvent[],
  alerts: readonly Alert[] = [],
  deadLetters: readonly EcsEvent[] = [],
): Promise<void> {
  const retentionMs = 400 * 86_400_000;
  await setup(client, { namespace, retentionMs }, AbortSignal.timeout(60_000));
  const stream = (event: EcsEvent) => `logs-${event.event.dataset ?? "unknown"}-${namespace}`;
  await bulk(client, events, stream);
  await bulk(client, deadLetters, () => `logs-leafwatch.dead_letter-${namespace}`);
  await bulk(client, alerts.map(alertDocument), () => `leafwatch-alerts-${namespace}`);
  await client.indices.refresh({
    index: [`logs-*-${namespace}`, `leafwatch-*-${namespace}`],
    ignore_unavailable: true,
  });
}

async function bulk(
  client: Client,
  documents: readonly object[],
  indexOf: (document: never) => string,
): Promise<void> {
  for (let start = 0; start < documents.length; start += 5000) {
    const operations = documents
      .slice(start, start + 5000)
      .flatMap((document) => [{ create: { _index: indexOf(document as never) } }, document]);
    const answer = await client.bulk({ operations });
    const failed = answer.items.find((item) => item.create?.error);
    if (failed) throw new Error(JSON.stringify(failed));
  }
}
