import { createKibanaLinks, type KibanaLinks } from "../kibana/links.ts";
import { installedIds } from "../kibana/record.ts";
import { createHistory } from "../notify/history.ts";
import { createOutbox, openStore, type Outbox } from "../notify/outbox.ts";
import { notifyOptions } from "../notify/options.ts";
import { formats } from "../parse/registry.ts";
import { queryOf } from "../watch/filter-query.ts";
import type { Rule } from "../watch/rule.ts";
import type { Context } from "./context.ts";
import { importRecordStore } from "./setup.ts";

/**
 * The outbox of the config. Without `notify:` nobody is told: alerts are recorded all the same, and rows that name
 * recipients do not come into being. `rules` are those of now: what each looks at is what a mail's history counts.
 */
export async function openOutbox(
  context: Context,
  signal: AbortSignal,
  rules: () => readonly Rule[] = () => [],
): Promise<Outbox> {
  const { config, client, log } = context;
  const links = await kibanaLinks(context, signal);
  return createOutbox(openStore(client, config.namespace), {
    options: config.notify ?? notifyOptions.parse({}),
    timezone: config.timezone,
    names: [...config.hosts.map(({ name }) => name), ...Object.keys(formats)],
    retentionMs: config.retention,
    history: createHistory(client, config.namespace, config.timezone, (id) => {
      const shown = rules().find((rule) => rule.id === id)?.condition.shown;
      return shown && { query: queryOf(shown.filter), datasets: shown.datasets };
    }),
    log,
    ...(links && { discover: (alert) => links.alert(alert) }),
  });
}

/** Links into the space where `setup` put the dashboards; undefined without `kibana:`. */
export async function kibanaLinks(
  { config, client }: Context,
  signal: AbortSignal,
): Promise<KibanaLinks | undefined> {
  if (!config.kibana) return undefined;
  const record = await importRecordStore(client, config.namespace, config.kibana.space).load(
    signal,
  );
  return createKibanaLinks(config.kibana, record && installedIds(record));
}
