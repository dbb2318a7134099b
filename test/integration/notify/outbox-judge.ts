import assert from "node:assert/strict";
import { simpleParser, type ParsedMail } from "mailparser";
import type { Stored } from "../../../src/es/documents.ts";
import type { OutboxRow } from "../../../src/notify/outbox/row.ts";
import type { TakenMail } from "../../helpers/smtp.ts";
import type { Scenario } from "./outbox-story.ts";

/** What happened on the wire and to the processes while the story was told. */
export interface Witness {
  mails: readonly TakenMail[];
  /** Whole messages that got no answer. */
  unanswered: readonly Buffer[];
  crashed: number;
  /** True when this process stood still for so long that a time-out may have beaten an answer. */
  stalled: boolean;
}

/** Holds what the server took against what the outbox says. */
export async function judge(
  one: Scenario,
  rows: Stored<OutboxRow>[],
  { mails, unanswered, crashed, stalled }: Witness,
) {
  const byId = new Map<string, { mail: TakenMail; message: ParsedMail }[]>();
  for (const mail of mails) {
    const message = await simpleParser(mail.raw);
    const id = message.messageId ?? "";
    byId.set(id, [...(byId.get(id) ?? []), { mail, message }]);
  }
  const silent = new Map<string, number>();
  for (const raw of unanswered) {
    const id = idOf(raw);
    silent.set(id, (silent.get(id) ?? 0) + 1);
  }
  let extra = 0;
  let noAnswer = 0;
  let crash = 0;
  for (const { id: row, doc } of rows) {
    const id = `<${row}.leafwatch@example.org>`;
    const same = byId.get(id) ?? [];
    for (const { mail } of same)
      assert.ok(same[0]?.mail.raw.equals(mail.raw), `${id} was sent again with other bytes`);
    const causes = doc.repeated.map((each) => each.cause);
    const lostAnswers = causes.filter((cause) => cause === "no answer").length;
    assert.ok(
      stalled || lostAnswers <= (silent.get(id) ?? 0),
      `${id} was repeated ${lostAnswers} times for ${silent.get(id) ?? 0} lost answers`,
    );
    for (const address of one.addresses) {
      const takes = same.filter(({ mail }) => mail.to.includes(address)).length;
      assert.ok(takes <= 1 + causes.length, `${address} got ${id} again and nobody counted it`);
      extra += Math.max(0, takes - 1);
    }
    noAnswer += lostAnswers;
    crash += causes.length - lostAnswers;
  }
  const known = new Set(rows.map(({ id }) => `<${id}.leafwatch@example.org>`));
  for (const id of byId.keys()) assert.ok(known.has(id), `${id} is no row of the outbox`);
  assert.ok(crash <= crashed, "more repeats after crashes than crashes");

  let lost = 0;
  let refused = 0;
  const open = rows.filter(({ doc }) => !["sent", "dead", "joined", "void"].includes(doc.state));
  lost += open.length;
  const expected = new Map(one.alerts.map((count, index) => [`alert${index}x`, count]));
  for (const address of one.addresses) {
    for (const [alert, count] of expected) {
      let told = 0;
      for (const same of byId.values()) {
        const first = same.find(({ mail }) => mail.to.includes(address));
        if (first) told += mentions(first.message, alert);
      }
      const dead = rows.filter(
        ({ doc }) => isDeadFor(doc, address) && speaksOf(doc, rows, alert) > 0,
      );
      const missed = dead.reduce((sum, { doc }) => sum + speaksOf(doc, rows, alert), 0);
      refused += missed;
      assert.ok(
        told <= count,
        `${address} was told ${told} times of ${count} transitions of ${alert}`,
      );
      if (told + missed < count) lost++;
    }
  }
  const steps = one.alerts.reduce((sum, count) => sum + count, 0);
  return { transitions: steps, accepted: byId.size, extra, noAnswer, crash, refused, lost };
}

/** The Message-ID as it stands in the bytes. */
function idOf(raw: Buffer): string {
  return /^Message-ID: (<\S+>)/im.exec(raw.toString("latin1"))?.[1] ?? "";
}

/** How many transitions of an alert a mail tells. */
function mentions(message: ParsedMail, alert: string): number {
  const header = message.headers.get("x-leafwatch-alert");
  const ids = typeof header === "string" ? header.split(", ") : [];
  if (!ids.includes(alert)) return 0;
  const listed = (message.text ?? "").match(new RegExp(`^    id ${alert}$`, "gm"))?.length ?? 0;
  return Math.max(1, listed);
}

function isDeadFor(row: OutboxRow, address: string): boolean {
  return row.recipients.some((each) => each.address === address && each.state === "dead");
}

function speaksOf(row: OutboxRow, rows: readonly Stored<OutboxRow>[], alert: string): number {
  const { body } = row;
  if (body.kind === "alert") return row.state !== "joined" && row.alert === alert ? 1 : 0;
  if (body.kind !== "digest") return 0;
  return rows.filter(({ id, doc }) => body.members.includes(id) && doc.alert === alert).length;
}
