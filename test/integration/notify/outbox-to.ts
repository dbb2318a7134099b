import { simpleParser, type ParsedMail } from "mailparser";
import { silentLog } from "../../../src/lib/log.ts";
import { createOutbox, type Outbox, type OutboxStore } from "../../../src/notify/outbox.ts";
import type { Faults, ScriptedSmtp } from "../../helpers/smtp.ts";
import { exampleHistory, exampleOptions } from "../../unit/notify/examples.ts";
import { memoryStore } from "../../unit/notify/memory-store.ts";

export const signal = new AbortController().signal;
/** When every story begins. */
export const t0 = new Date("2026-07-16T13:08:00Z");
export const minutes = (n: number): Date => new Date(t0.getTime() + n * 60_000);

/** An outbox in memory that mails to `smtp`. */
export function outboxTo(
  smtp: Pick<ScriptedSmtp, "port">,
  change: Record<string, unknown> = {},
  store: OutboxStore = memoryStore(),
): { outbox: Outbox; store: OutboxStore } {
  const outbox = createOutbox(store, {
    options: exampleOptions(smtp.port, { operations: [], ...change }),
    timezone: "Europe/London",
    names: ["web1", "apache.access"],
    history: async (alert) => exampleHistory(alert),
    log: silentLog,
    realNow: () => t0,
  });
  return { outbox, store };
}

/** What the server took, read. */
export async function parsed(smtp: ScriptedSmtp): Promise<ParsedMail[]> {
  return Promise.all(smtp.mails.map((mail) => simpleParser(mail.raw)));
}

/** Each fault at its first occasion. */
export function once(plan: {
  connect?: "drop" | "hang" | number;
  from?: number;
  rcpt?: { address: string; code: number };
  data?: ReturnType<NonNullable<Faults["data"]>>;
}): Faults {
  const left = { ...plan };
  return {
    connect: () => {
      const { connect } = left;
      delete left.connect;
      return connect;
    },
    from: () => {
      const { from } = left;
      delete left.from;
      return from;
    },
    rcpt: (address) => {
      if (left.rcpt?.address !== address) return undefined;
      const { code } = left.rcpt;
      delete left.rcpt;
      return code;
    },
    data: () => {
      const { data } = left;
      delete left.data;
      return data;
    },
  };
}
