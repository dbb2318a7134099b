import type { Client } from "@elastic/elasticsearch";
import { createDocuments, type Documents } from "../es/documents.ts";
import { AppError } from "../lib/errors.ts";
import { alertOf, type AlertDocument } from "../model/alert-document.ts";
import type { Alert, WorkflowStep } from "../model/alert.ts";
import { searchAll } from "./elastic-search.ts";
import { appendTransitions } from "./elastic-state.ts";
import { transitionRow } from "./project.ts";

/** What somebody does with an alert. */
export type AlertAction =
  | { name: "acknowledged"; note?: string | undefined }
  | { name: "snoozed"; until: Date; note?: string | undefined }
  | { name: "closed"; note: string };

/** Which alerts to list; all where nothing is said. */
export interface AlertFilter {
  rule?: string | undefined;
  state?: Alert["state"] | undefined;
  workflow?: Alert["workflow"] | undefined;
}

/** One step of an alert's life as the alert stream keeps it. */
export interface AlertEvent {
  "@timestamp": string;
  action: string;
  by?: string;
  note?: string;
}

/** What people see of alerts and do with them. */
export interface Alerts {
  /** Every alert, by when it was first seen, but those that turned out to be part of another or nothing. */
  list(filter: AlertFilter, signal: AbortSignal): Promise<AlertDocument[]>;
  /** By id or its beginning, where that is enough. @throws ALERT_UNKNOWN, ALERT_AMBIGUOUS. */
  find(id: string, signal: AbortSignal): Promise<AlertDocument>;
  /** Its transitions, in the order in which they happened. */
  history(id: string, signal: AbortSignal): Promise<AlertEvent[]>;
  /** Notes who did what and when, in the alert and in the alert stream. @throws ALERT_UNKNOWN, ALERT_AMBIGUOUS. */
  act(
    id: string,
    action: AlertAction,
    who: { by: string; at: Date },
    signal: AbortSignal,
  ): Promise<AlertDocument>;
}

/** The alerts of a namespace. */
export function openAlerts(client: Client, namespace: string): Alerts {
  const documents = createDocuments<AlertDocument>(client, `leafwatch-alerts-${namespace}`);
  const stream = `logs-leafwatch.alert-${namespace}`;
  return {
    async list({ rule, state, workflow }, signal) {
      const all = await documents.list({}, signal);
      return all
        .map(({ doc }) => doc)
        .filter(({ leafwatch: { alert } }) => !alert.merged_into && !alert.withdrawn)
        .filter(
          ({ rule: { id }, leafwatch: { alert } }) =>
            (rule === undefined || id === rule) &&
            (state === undefined || alert.state === state) &&
            (workflow === undefined || alert.workflow === workflow),
        )
        .sort(byAge);
    },
    find: async (id, signal) => (await stored(documents, id, signal)).doc,
    async history(id, signal) {
      const answer = await searchAll(
        client,
        {
          index: [stream],
          query: { term: { "leafwatch.alert.id": id } },
          size: 1000,
          sort: [
            { "@timestamp": { order: "asc", unmapped_type: "date" } },
            { "leafwatch.alert.number": { order: "asc", unmapped_type: "long", missing: "_last" } },
          ],
        },
        signal,
      );
      return answer.hits.hits.flatMap(({ _source }) => (_source ? [eventOf(_source)] : []));
    },
    async act(id, action, { by, at }, signal) {
      const { id: whole } = await stored(documents, id, signal);
      const step: WorkflowStep = {
        action: action.name,
        by,
        at: at.toISOString(),
        ...(action.note === undefined ? {} : { note: action.note }),
        ...(action.name === "snoozed" ? { until: action.until.toISOString() } : {}),
      };
      const changed = await documents.change(whole, (doc) => withStep(doc, step), signal);
      if (!changed) throw unknown(id);
      const alert = alertOf(changed.doc);
      // All of them: an earlier one may have got no further than the alert.
      const rows = (alert.workflow_log ?? []).map((one, i) =>
        transitionRow(
          alert,
          {
            name: one.action,
            at: Date.parse(one.at),
            number: `workflow ${i + 1}`,
            by: one.by,
            ...(one.note === undefined ? {} : { note: one.note }),
          },
          namespace,
        ),
      );
      await appendTransitions(client, namespace, rows, signal);
      return changed.doc;
    },
  };
}

/** By what `alerts list` shows; two that began at once by id, so that the order stays. */
function byAge(
  { leafwatch: { alert: a } }: AlertDocument,
  { leafwatch: { alert: b } }: AlertDocument,
) {
  const [first, second] = [Date.parse(a.first_seen), Date.parse(b.first_seen)];
  return first - second || (a.id < b.id ? -1 : 1);
}

function withStep(doc: AlertDocument, step: WorkflowStep): AlertDocument {
  const { alert } = doc.leafwatch;
  const note = {
    at: step.at,
    by: step.by,
    ...(step.note === undefined ? {} : { note: step.note }),
  };
  const change: Partial<Alert> =
    step.action === "acknowledged"
      ? { workflow: "acknowledged", acknowledged: note }
      : step.action === "closed"
        ? { workflow: "closed", closed: note }
        : { snoozed_until: step.until ?? step.at };
  const workflow_log = [...(alert.workflow_log ?? []), step];
  return { ...doc, leafwatch: { alert: { ...alert, ...change, workflow_log } } };
}

async function stored(documents: Documents<AlertDocument>, id: string, signal: AbortSignal) {
  const exact = await documents.get(id, signal);
  if (exact) return exact;
  const like = (await documents.list({}, signal)).filter(
    (one) => id !== "" && one.id.startsWith(id),
  );
  const [only] = like;
  if (!only) throw unknown(id);
  if (like.length === 1) return only;
  throw new AppError("ALERT_AMBIGUOUS", `${like.length} alerts begin with "${id}"`, {
    hint: "give more of the id: `leafwatch alerts list` shows them",
  });
}

const unknown = (id: string) =>
  new AppError("ALERT_UNKNOWN", `there is no alert "${id}"`, {
    hint: "`leafwatch alerts list` shows every alert and its id",
  });

function eventOf(source: unknown): AlertEvent {
  // Our own stream has this shape.
  const row = source as {
    "@timestamp": string;
    event: { action: string };
    leafwatch: { alert: { by?: string; note?: string } };
  };
  const { by, note } = row.leafwatch.alert;
  return {
    "@timestamp": row["@timestamp"],
    action: row.event.action,
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  };
}
