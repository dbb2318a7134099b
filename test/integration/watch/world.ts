import type { Client } from "@elastic/elasticsearch";
import { silentLog } from "../../../src/lib/log.ts";
import type { AlertDocument } from "../../../src/model/alert-document.ts";
import type { Notification } from "../../../src/model/notification.ts";
import { parseRuleFile, rulesError } from "../../../src/watch/parse-rule-file.ts";
import type { Rule } from "../../../src/watch/rule.ts";
import { createWatcher, type Watcher } from "../../../src/watch/watcher.ts";
import { openNamespace, type OwnNamespace } from "../../helpers/own-namespace.ts";

/** A namespace with templates, events that are written into it, and watchers over it. */
export interface World extends OwnNamespace {
  rows: Notification[];
  /** Indexes events and makes them visible, unless they shall stay `hidden` until a refresh. */
  write(events: readonly WorldEvent[], hidden?: boolean): Promise<void>;
  /** Indexes documents as they are. */
  index(documents: readonly Record<string, unknown>[]): Promise<void>;
  watcher(rules: readonly Rule[], options?: { from?: Date; client?: Client }): Watcher;
  /** The alerts of some rules, or of all. */
  alerts(rules?: readonly string[]): Promise<AlertDocument[]>;
  transitions(): Promise<Record<string, unknown>[]>;
}

export interface WorldEvent {
  /** Event time, milliseconds after `startMs`. */
  at: number;
  /** Lateness, milliseconds. */
  lateMs?: number;
  dataset?: string;
  fields: Record<string, unknown>;
}

export const startMs = Date.UTC(2026, 10, 16, 10);
export const at = (ms: number) => new Date(startMs + ms);

/** The rules of a text; a mistake in it fails the test. */
export async function rulesOf(text: string): Promise<Rule[]> {
  const { rules, problems } = await parseRuleFile(`version: 1\n${text}`, "rules.yml");
  if (problems.length > 0) throw rulesError(problems);
  return rules;
}

export async function createWorld(): Promise<World> {
  const own = await openNamespace();
  const { client, namespace } = own;
  const rows: Notification[] = [];
  const bulk = async (operations: object[], refresh = true) => {
    if (operations.length === 0) return;
    const answer = await client.bulk({ operations, refresh });
    const refused = answer.items.find(({ create }) => create?.error);
    if (refused) throw new Error(JSON.stringify(refused));
  };
  return {
    client,
    namespace,
    rows,
    async write(events, hidden = false) {
      const operations = events.flatMap(
        ({ at: ms, lateMs = 2000, dataset = "system.auth", fields }) => [
          { create: { _index: `logs-${dataset}-${namespace}` } },
          {
            "@timestamp": at(ms).toISOString(),
            "event.dataset": dataset,
            "event.ingested": at(ms + lateMs).toISOString(),
            "leafwatch.delay_ms": lateMs,
            ...fields,
          },
        ],
      );
      await bulk(operations, !hidden);
    },
    index: (documents) =>
      bulk(
        documents.flatMap((one) => [{ create: { _index: `logs-system.auth-${namespace}` } }, one]),
      ),
    watcher: (rules, { from = at(-3_600_000), client: through = client } = {}) =>
      createWatcher({
        client: through,
        namespace,
        rules,
        enqueue: async (row) => {
          rows.push(row);
        },
        log: silentLog,
        from,
      }),
    async alerts(rules) {
      const there = { ignore_unavailable: true };
      await client.indices.refresh({ index: `leafwatch-alerts-${namespace}`, ...there });
      const answer = await client.search<AlertDocument>({
        index: `leafwatch-alerts-${namespace}`,
        ...there,
        size: 1000,
        ...(rules ? { query: { terms: { "rule.id": [...rules] } } } : {}),
      });
      return answer.hits.hits.flatMap(({ _source }) => (_source ? [_source] : []));
    },
    async transitions() {
      const index = `logs-leafwatch.alert-${namespace}`;
      await client.indices.refresh({ index });
      const answer = await client.search<Record<string, unknown>>({
        index,
        size: 1000,
        sort: ["leafwatch.alert.number"],
      });
      return answer.hits.hits.flatMap(({ _source }) => (_source ? [_source] : []));
    },
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  };
}

/** A failed login from an address. */
export const failure = (ms: number, ip: string, user = "root", lateMs?: number): WorldEvent => ({
  at: ms,
  ...(lateMs === undefined ? {} : { lateMs }),
  fields: {
    "event.category": ["authentication"],
    "event.outcome": "failure",
    "source.ip": ip,
    "user.name": user,
    "host.name": "app1",
    "event.original": `Failed password for ${user} from ${ip}`,
    "leafwatch.attempts": 1,
  },
});
