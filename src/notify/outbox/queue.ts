import type { Documents } from "../../es/documents.ts";
import type { MailAttachment, PreparedMail } from "../../model/mail.ts";
import type { Notification, Problem } from "../../model/notification.ts";
import type { Log } from "../../lib/log.ts";
import type { NotifyOptions } from "../options.ts";
import type { Channels, Target } from "../recipients.ts";
import { routed, timing } from "../route.ts";
import { subjectStem, type KnownNames } from "../subject.ts";
import { nameOf, type OutboxRow, type StoredAttachment } from "./row.ts";
import { joinThread, placeInThread, threadId, type Thread } from "./threads.ts";

export interface QueueDeps {
  rows: Documents<OutboxRow>;
  threads: Documents<Thread>;
  channels: Channels;
  options: NotifyOptions;
  timezone: string;
  names: KnownNames;
  log: Log;
}

/** Writes one row for each channel that a notification goes to; rows that are there already stay as they are. */
export async function queueNotification(
  deps: QueueDeps,
  notification: Notification,
  signal: AbortSignal,
): Promise<void> {
  const { alert, transition, number, at } = notification;
  const names = routed(alert, notification.to, deps.options.routes);
  for (const { target, due, gather } of await targetsOf(deps, notification, names, signal)) {
    const { channel, addresses } = target;
    const id = nameOf("alert", alert.id, transition, number, channel, ...[...addresses].sort());
    const place = { id, number, channel, addresses, at };
    const stem = subjectStem(alert, deps.names);
    const thread = await joinThread(deps.threads, alert.id, stem, place, signal);
    const row: OutboxRow = {
      ...blank(target, at),
      due_at: due,
      body: { kind: "alert", notification: slim(notification) },
      level: alert.rule.level,
      alert: alert.id,
      rule: alert.rule.id,
      transition,
      stem: thread.stem,
      ...placeInThread(thread, place),
      ...(gather && { gather }),
    };
    await deps.rows.create(id, row, signal);
  }
}

/** Queues a finished mail: to the mail addresses with its attachments, to other channels its words. */
export async function queueMail(
  deps: QueueDeps,
  mail: PreparedMail,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const { id, subject, text, html } = mail;
  const attachments = mail.attachments.map((one) => stored(one));
  for (const target of deps.channels.targets(mail.to)) {
    const row: OutboxRow = {
      ...blank(target, now.toISOString()),
      body: { kind: "mail", id, subject, text, html, attachments },
    };
    await deps.rows.create(nameOf("mail", id, target.channel), row, signal);
  }
}

/** Queues word of a problem of our own, or that it is over. */
export async function queueProblem(
  deps: QueueDeps,
  problem: Problem,
  since: string,
  over: boolean,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  for (const target of deps.channels.targets(deps.options.operations)) {
    const row: OutboxRow = {
      ...blank(target, now.toISOString()),
      body: { kind: "problem", problem, over, since },
      level: problem.level,
    };
    await deps.rows.create(
      nameOf("problem", problem.key, since, over ? "over" : "begun", target.channel),
      row,
      signal,
    );
  }
}

/** To whom and when. A recovery goes to whoever got the first message, however routes have changed since. */
async function targetsOf(
  deps: QueueDeps,
  notification: Notification,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ target: Target; due: string; gather?: OutboxRow["gather"] }[]> {
  const { delivery } = deps.options;
  const first =
    notification.transition === "recovered"
      ? await deps.threads.get(threadId(notification.alert.id), signal)
      : undefined;
  if (first) {
    const { due, gather } = timing(
      notification,
      names.map((name) => delivery[name]).find(Boolean),
      deps.timezone,
    );
    const channels = [...new Set(first.doc.people.map((person) => person.channel))];
    return channels.map((channel) => ({
      target: {
        channel,
        addresses: first.doc.people.flatMap((one) =>
          one.channel === channel ? [one.address] : [],
        ),
      },
      due,
      ...(gather && { gather }),
    }));
  }
  const unknown = names.filter((name) => !deps.channels.knows(name));
  if (unknown.length > 0)
    deps.log.error(
      { rule: notification.alert.rule.id, unknown },
      "an alert names recipients that the config does not have",
    );
  // Those who are told at once and those who are told later get messages of their own.
  const groups = new Map<string, { due: string; gather?: OutboxRow["gather"]; names: string[] }>();
  for (const name of unknown.length === names.length ? deps.options.operations : names) {
    const { due, gather } = timing(notification, delivery[name], deps.timezone);
    const key = `${due} ${gather ?? ""}`;
    const group = groups.get(key) ?? { due, ...(gather && { gather }), names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  const told = new Set<string>();
  return [...groups.values()]
    .sort((a, b) => a.due.localeCompare(b.due))
    .flatMap(({ due, gather, names: members }) =>
      deps.channels
        .targets(members, told)
        .map((target) => ({ target, due, ...(gather && { gather }) })),
    );
}

function blank({ channel, addresses }: Target, at: string): Omit<OutboxRow, "body"> {
  return {
    state: "queued",
    channel,
    lane: nameOf(channel, ...[...addresses].sort()),
    recipients: addresses.map((address) => ({ address, state: "waiting" })),
    created_at: at,
    due_at: at,
    attempts: 0,
    repeated: [],
  };
}

/** The notification with log text cut to what a message can show, so that no name of a megabyte is stored again. */
function slim(notification: Notification): Notification {
  const { alert } = notification;
  const cut = (text: string) => (text.length > 2000 ? `${text.slice(0, 1999)}…` : text);
  const group = Object.fromEntries(
    Object.entries(alert.group).map(([field, value]) => [
      field,
      typeof value === "string" ? cut(value) : value,
    ]),
  );
  const top = Object.fromEntries(
    Object.entries(alert.evidence.top).map(([field, values]) => [
      field,
      values.slice(0, 10).map((one) => ({ ...one, value: cut(one.value) })),
    ]),
  );
  const lines = alert.evidence.lines
    .slice(0, 5)
    .map((line) => ({ ...line, original: cut(line.original) }));
  return {
    ...notification,
    alert: { ...alert, summary: cut(alert.summary), group, evidence: { top, lines } },
  };
}

function stored({ filename, contentType, content, cid }: MailAttachment): StoredAttachment {
  return {
    filename,
    contentType,
    content: Buffer.from(content).toString("base64"),
    ...(cid !== undefined && { cid }),
  };
}
