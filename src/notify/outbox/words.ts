import type { Documents, Stored } from "../../es/documents.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import type { AskHistory, Notification } from "../../model/notification.ts";
import type { Content, Entry, Message } from "../message.ts";
import { problemMessage } from "../problem.ts";
import { describe, type SheetContext } from "../sheet.ts";
import { levelWord, subjectOf, subjectStem, type KnownNames } from "../subject.ts";
import { amount } from "../when.ts";
import { toldBefore } from "./before.ts";
import type { OutboxRow } from "./row.ts";

export interface WordsDeps extends SheetContext {
  rows: Documents<OutboxRow>;
  names: KnownNames;
  history?: AskHistory;
  log: Log;
}

/** Puts a row into words, with what belongs to it: its history, the members of a mail about several, its thread. */
export async function messageFor(
  deps: WordsDeps,
  { id, doc }: Stored<OutboxRow>,
  now: Date,
  signal: AbortSignal,
): Promise<Message> {
  const addresses = doc.recipients.map((one) => one.address);
  const base = { id, addresses, date: now };
  const { body } = doc;
  switch (body.kind) {
    case "alert": {
      const { notification } = body;
      const { alert, transition, at } = notification;
      const stem = doc.stem ?? subjectStem(alert, deps.names);
      const history =
        transition === "recovered" ? undefined : await ask(deps, notification, signal);
      const before = await toldBefore(deps.rows, doc, signal);
      const content: Content = {
        kind: "alert",
        notification,
        sheet: describe({ ...notification, at }, deps, { history, before }),
      };
      const thread = doc.first === undefined ? [] : [await carrierOf(deps.rows, doc.first, signal)];
      return { ...base, thread, subject: subjectOf(alert.rule.level, transition, stem), content };
    }
    case "digest": {
      const members = await Promise.all(
        body.members.map((member) => deps.rows.get(member, signal)),
      );
      const entries: Entry[] = [];
      const thread = new Set<string>();
      for (const member of members) {
        if (member?.doc.body.kind !== "alert") continue;
        const { notification } = member.doc.body;
        const before = await toldBefore(deps.rows, member.doc, signal);
        entries.push({ notification, sheet: describe(notification, deps, { before }) });
        const { first } = member.doc;
        if (first !== undefined && !body.members.includes(first) && thread.size < 20) {
          thread.add(await carrierOf(deps.rows, first, signal));
        }
      }
      const subject = `[${levelWord(doc.level ?? "low")}] ${amount(entries.length, "alert")} in one mail`;
      return {
        ...base,
        thread: [...thread],
        subject,
        content: { kind: "digest", reason: body.reason, entries },
      };
    }
    case "problem":
      return { ...base, ...problemMessage({ ...body, at: doc.created_at }, deps.timezone) };
    case "mail": {
      const attachments = body.attachments.map((one) => ({
        ...one,
        content: Buffer.from(one.content, "base64"),
      }));
      return {
        ...base,
        thread: [],
        subject: body.subject,
        content: { kind: "mail", mail: { ...body, to: [], attachments } },
      };
    }
  }
}

/** The row under whose id a row was really sent: its own, or that of the mail about several that carried it. */
async function carrierOf(
  rows: Documents<OutboxRow>,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const row = await rows.get(id, signal);
  return row?.doc.state === "joined" ? (row.doc.digest ?? id) : id;
}

/** A mail without its chart is worth more than none: a failed search leaves it out. */
async function ask(deps: WordsDeps, { alert, at }: Notification, signal: AbortSignal) {
  try {
    return await deps.history?.(alert, at, signal);
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn(
      { alert: alert.id, reason: messageOf(error) },
      "no history for a mail: the search failed",
    );
    return undefined;
  }
}
