import type { Client } from "@elastic/elasticsearch";
import type { AlertDocument } from "../../src/model/alert-document.ts";
import { patiently } from "./patiently.ts";
import type { ExpectedAlert } from "./world/attack.ts";

/** The values that an alert's rule groups by. */
export type AlertGroup = Readonly<AlertDocument["leafwatch"]["alert"]["group"]>;

/** How expected and raised alerts agree. */
export interface Raised {
  byRule: Record<string, number>;
  unexpected: { rule: string; group: AlertGroup }[];
  /** Expected and not raised. */
  absent: ExpectedAlert[];
}

/** Every alert of a namespace, whatever its state, oldest first. None where nothing was ever raised. */
export async function readAlerts(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<AlertDocument[]> {
  const index = `leafwatch-alerts-${namespace}`;
  const sort = [{ "@timestamp": { order: "asc" as const, unmapped_type: "date" as const } }];
  const { hits } = await patiently(async () => {
    await client.indices.refresh({ index, ignore_unavailable: true }, { signal });
    return client.search<AlertDocument>(
      { index, size: 1_000, ignore_unavailable: true, sort },
      { signal },
    );
  }, signal);
  return hits.hits.flatMap(({ _source }) => (_source ? [_source] : []));
}

/** Holds alerts against what must be raised: each expected one exactly once. */
export function compareAlerts(
  alerts: readonly AlertDocument[],
  expected: readonly ExpectedAlert[],
): Raised {
  const open = [...expected];
  const byRule: Record<string, number> = {};
  const unexpected: Raised["unexpected"] = [];
  for (const alert of alerts) {
    const rule = alert.rule.id;
    const { group } = alert.leafwatch.alert;
    byRule[rule] = (byRule[rule] ?? 0) + 1;
    const at = open.findIndex((one) => one.rule === rule && sameGroup(one.group, group));
    if (at < 0) unexpected.push({ rule, group });
    else open.splice(at, 1);
  }
  return { byRule, unexpected, absent: open };
}

function sameGroup(a: AlertGroup, b: AlertGroup): boolean {
  const fields = Object.keys(a);
  return fields.length === Object.keys(b).length && fields.every((field) => a[field] === b[field]);
}
