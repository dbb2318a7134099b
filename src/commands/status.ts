import { checkSetup } from "../es/templates.ts";
import { storedStreams, type StoredStream } from "../es/storage.ts";
import { wrap } from "../es/errors.ts";
import { formatDuration } from "../lib/duration.ts";
import { visible } from "../lib/visible.ts";
import { notStanding } from "../model/alert-document.ts";
import { outboxFigures, type OutboxFigures } from "../notify/figures.ts";
import { createDeadLetters } from "../ship/dead-letters.ts";
import { createCheckpoints } from "../ship/checkpoints.ts";
import { elasticState } from "../watch/elastic-state.ts";
import { openReachable, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand } from "./io.ts";
import { tableOf } from "./table.ts";

interface Status {
  /** Streams with the time at which a line of them was last stored, if ever. */
  sources: { host: string; stream: string; stored_at?: string }[];
  streams: StoredStream[];
  /** `too_late`: events left out so far because they arrived later than the rule's `late`. */
  rules: {
    id: string;
    judged_until: string;
    passed_at: string;
    too_late: number;
    error?: string;
  }[];
  alerts: Record<string, number>;
  outbox: OutboxFigures;
  dead_letters: number;
  retention: string;
}

/** `leafwatch status`: what is stored, how far it is read and judged, and what waits. Reads Elasticsearch only. */
export const statusCommand: AddCommand = (program, io) => {
  withConfig(program.command("status"))
    .description("show sources, streams, rules, alerts and the outbox")
    .option("--json", "print it as JSON")
    .action(async (options: ConfigOptions & { json?: boolean }) => {
      await using context = await openReachable(options, io);
      await checkSetup(context.client, context.config.namespace, io.signal);
      const status = await statusOf(context, io.signal);
      await io.out(
        options.json ? `${JSON.stringify(status)}\n` : describe(status, new Date(), io.columns),
      );
    });
};

async function statusOf({ config, client }: Context, signal: AbortSignal): Promise<Status> {
  const { namespace } = config;
  const checkpoints = createCheckpoints(client, namespace, "status");
  const cursors = await elasticState(client, namespace).cursors(signal);
  return {
    sources: (await checkpoints.list(signal))
      .map(({ host, stream, storedAt }) => ({
        host,
        stream,
        ...(storedAt !== undefined && { stored_at: storedAt }),
      }))
      .sort((a, b) => a.host.localeCompare(b.host) || a.stream.localeCompare(b.stream)),
    streams: await storedStreams(client, namespace, signal),
    rules: [...cursors.values()].map(({ value }) => ({
      id: value.rule,
      judged_until: new Date(value.judgedUntil).toISOString(),
      passed_at: new Date(value.passedAt).toISOString(),
      too_late: value.tooLate ?? 0,
      ...(value.error && { error: value.error.message }),
    })),
    alerts: await alertCounts(client, namespace, signal),
    outbox: await outboxFigures(client, namespace, signal),
    dead_letters: await createDeadLetters(client, namespace).count(signal),
    retention: formatDuration(config.retention),
  };
}

/** Alerts by where people and events stand: `open active`, `acknowledged recovered` … */
async function alertCounts(
  client: Context["client"],
  namespace: string,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  interface Buckets {
    buckets: { key: string; doc_count: number; states: Buckets }[];
  }
  const terms = (field: string) => ({ terms: { field, size: 20 } });
  const answer = await wrap(
    () =>
      client.search<unknown, { workflows: Buckets }>(
        {
          index: `leafwatch-alerts-${namespace}`,
          ignore_unavailable: true,
          size: 0,
          query: { bool: { must_not: [...notStanding] } },
          aggs: {
            workflows: {
              ...terms("leafwatch.alert.workflow"),
              aggs: { states: terms("leafwatch.alert.state") },
            },
          },
        },
        { signal },
      ),
    signal,
  );
  const workflows = answer.aggregations?.workflows.buckets ?? [];
  return Object.fromEntries(
    workflows.flatMap(({ key, states }) =>
      states.buckets.map((state) => [`${key} ${state.key}`, state.doc_count]),
    ),
  );
}

function describe(status: Status, now: Date, columns: number | undefined): string {
  const ago = (iso: string | undefined) =>
    iso === undefined
      ? "never"
      : `${formatDuration(Math.max(0, now.getTime() - Date.parse(iso)))} ago`;
  const { outbox } = status;
  const section = (title: string, head: string[], rows: string[][]) => {
    const shown = rows.map((row) => row.map((cell) => visible(cell, 120)));
    return rows.length === 0 ? `${title}: none` : `${title}\n${tableOf(head, shown, columns)}`;
  };
  const counts = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ") || "none";
  return [
    section(
      "Sources",
      ["host", "stream", "last stored"],
      status.sources.map(({ host, stream, stored_at }) => [host, stream, ago(stored_at)]),
    ),
    section(
      `Streams (kept ${status.retention})`,
      ["stream", "documents", "MB", "newest event"],
      status.streams.map(({ name, documents, bytes, to }) => [
        name,
        documents.toLocaleString("en-GB"),
        (bytes / 1e6).toFixed(1),
        ago(to),
      ]),
    ),
    section(
      "Rules",
      ["rule", "judged until", "last pass", "left out", "trouble"],
      status.rules.map(({ id, judged_until, passed_at, too_late, error }) => [
        id,
        judged_until,
        ago(passed_at),
        too_late > 0 ? `${too_late} too late` : "",
        error ?? "",
      ]),
    ),
    `Alerts: ${counts(status.alerts)}`,
    `Outbox: ${counts(outbox.states)}${outbox.oldest_waiting ? `; oldest waiting since ${outbox.oldest_waiting}` : ""}`,
    ...(outbox.undelivered > 0
      ? [`  ${outbox.undelivered} that somebody will never get; the last of them:`]
      : []),
    ...outbox.dead.map(
      ({ at, address, rule, answer }) =>
        `  ${at} ${visible(address)}${rule === undefined ? "" : ` (${visible(rule)})`}: ${visible(answer, 200)}`,
    ),
    ...(Object.keys(outbox.repeated).length > 0
      ? [`  perhaps sent twice: ${counts(outbox.repeated)}`]
      : []),
    `Dead letters: ${status.dead_letters}`,
    "",
  ].join("\n");
}
