import type { Client } from "@elastic/elasticsearch";
import { AppError } from "../lib/errors.ts";
import { wildcard } from "../lib/wildcard.ts";
import { wrap } from "./errors.ts";

/** Somebody's index template: of those that match a name, the one with the highest priority makes the index. */
interface Claim {
  name: string;
  patterns: RegExp[];
  priority: number;
}

/** Of the templates in index-templates/; the few that have more than it lie beneath it, too. */
const ourPriority = 500;

/**
 * Looks whether the streams of `datasets` and our own indices are made from our templates. The server itself refuses
 * equal priorities, and lets a higher one win without a word.
 *
 * @throws ES_TEMPLATE_SHADOWED, or what `wrap` throws.
 */
export async function checkPrecedence(
  client: Client,
  namespace: string,
  datasets: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const claims = (await claimsOf(client, signal)).sort((a, b) => b.priority - a.priority);
  for (const name of [
    ...[...datasets, "leafwatch.alert", "leafwatch.dead_letter"].map(
      (dataset) => `logs-${dataset}-${namespace}`,
    ),
    ...["alerts", "checkpoints", "outbox"].map((thing) => `leafwatch-${thing}-${namespace}`),
  ]) {
    const first = claims.find(({ patterns }) => patterns.some((one) => one.test(name)));
    if (!first || first.priority <= ourPriority || isOurs(first, namespace)) continue;
    throw new AppError(
      "ES_TEMPLATE_SHADOWED",
      `index template ${first.name} (priority ${first.priority}) wins over Leafwatch's for ${name}`,
      {
        hint: `give it a priority below ${ourPriority} or narrower patterns, or set another \`namespace\`; then roll over what it has made`,
      },
    );
  }
}

function isOurs({ name }: Claim, namespace: string): boolean {
  return name.startsWith("leafwatch-") && name.endsWith(`-${namespace}`);
}

async function claimsOf(client: Client, signal: AbortSignal): Promise<Claim[]> {
  const fields = ["name", "index_template.index_patterns", "index_template.priority"];
  const filter_path = fields.map((field) => `index_templates.${field}`);
  const answer = await wrap(
    () => client.indices.getIndexTemplate({ filter_path }, { signal }),
    signal,
  );
  // Where there is no template at all, the filter leaves nothing.
  const found = (answer as Partial<typeof answer>).index_templates ?? [];
  return found.map(({ name, index_template }) => ({
    name,
    patterns: [index_template.index_patterns].flat().map(wildcard),
    priority: index_template.priority ?? 0,
  }));
}
