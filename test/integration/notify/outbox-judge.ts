import assert from "node:assert/strict";
import { simpleParser, type ParsedMail } from "mailparser";
import type { Stored } from "../../../src/es/documents.ts";
import type { OutboxRow } from "../../../src/notify/outbox/row.ts";
import type { TakenMail } from "../../helpers/smtp.ts";
import type { Scenario } from "./outbox-story.ts";

/** Holds what the server took against what the outbox says. */
export async function judge(
  one: Scenario,
  rows: Stored<OutboxRow>[],
  mails: readonly TakenMail[],
  crashed: number,
) {
  const parsed = await Promise.all(
    mails.map(async (mail) => ({ mail, message: await simpleParser(mail.raw) })),
  );
  const byId = new Map<string, { mail: TakenMail; message: ParsedMail }[]>();
  for (const each of parsed) {
    const id = each.message.messageId ?? "";
    byId.set(id, [...(byId.get(id) ?? []), each]);
  }
  let extra = 0;
  for (const [id, same] of byId) {
    for (const { mail } of same)
      assert.ok(same[0]?.mail.raw.equals(mail.raw), `${id} was sent again with other bytes`);
    for (const address of one.addresses) {
      const takes = same.filter(({ mail }) => mail.to.includes(address)).length;
      extra += Math.max(0, takes - 1);
    }
  }
  const repeated = rows.flatMap(({ doc }) => doc.repeated);
  const noAnswer = repeated.filter((each) => each.cause === "no answer").length;
  const crash = repeated.length - noAnswer;
  assert.ok(
    extra <= repeated.length * one.addresses.length,
    "a message was sent again and not counted",
  );
  if (repeated.length === 0) assert.equal(extra, 0, "a message was taken twice without a reason");
  assert.ok(crash <= crashed, "more repeats after crashes than crashes");
  assert.ok(
    noAnswer <= mails.filter((mail) => !mail.answered).length + 60,
    "repeats without a lost answer",
  );

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
  return { transitions: steps, accepted: byId.size, noAnswer, crash, refused, lost };
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
