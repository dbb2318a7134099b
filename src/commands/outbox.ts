import { createKibanaLinks, type KibanaLinks } from "../kibana/links.ts";
import { installedIds } from "../kibana/record.ts";
import type { RisonValue } from "../kibana/rison.ts";
import { createHistory } from "../notify/history.ts";
import { createOutbox, openStore, type Outbox } from "../notify/outbox.ts";
import { notifyOptions } from "../notify/options.ts";
import { formats } from "../parse/registry.ts";
import type { Selection } from "../watch/events.ts";
import { oneOf, queryOf } from "../watch/filter-query.ts";
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
  const shownBy = (id: string) => rules().find((rule) => rule.id === id)?.condition.shown;
  return createOutbox(openStore(client, config.namespace), {
    options: config.notify ?? notifyOptions.parse({}),
    timezone: config.timezone,
    names: [...config.hosts.map(({ name }) => name), ...Object.keys(formats)],
    retentionMs: config.retention,
    history: createHistory(client, config.namespace, config.timezone, (id) => {
      const shown = shownBy(id);
      return shown && { query: queryOf(shown.filter), datasets: shown.datasets };
    }),
    log,
    ...(links && {
      links: (alert) => {
        const shown = shownBy(alert.rule.id);
        const query = shown && { name: `rule ${alert.rule.id}`, dsl: dslOf(shown) };
        return { events: links.events(alert, query), dashboard: links.alert(alert) };
      },
    }),
  });
}

/** The query for the events of a selection; plain data, as a link holds it. */
function dslOf({ filter, datasets }: Selection): RisonValue {
  const streams = datasets.length === 0 ? [] : [oneOf("event.dataset", datasets)];
  const query = { bool: { filter: [...streams, queryOf(filter)] } };
  // A cast: what JSON can say.
  return JSON.parse(JSON.stringify(query)) as RisonValue;
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
