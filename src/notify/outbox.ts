import { randomUUID } from "node:crypto";
import type { Client } from "@elastic/elasticsearch";
import { createDocuments, type Documents } from "../es/documents.ts";
import type { Log } from "../lib/log.ts";
import type { Alert } from "../model/alert.ts";
import type { EnqueueMail } from "../model/mail.ts";
import type { AskHistory, Enqueue, Problem } from "../model/notification.ts";
import type { NotifyOptions } from "./options.ts";
import { createForgetting } from "./outbox/forget.ts";
import { deliverDue, type Delivered } from "./outbox/deliver.ts";
import { ownProblems } from "./outbox/own-problems.ts";
import { reportProblems, type KnownProblem } from "./outbox/problems.ts";
import { queueMail, queueNotification, queueProblem } from "./outbox/queue.ts";
import { createRates, type Rate } from "./outbox/rates.ts";
import type { OutboxRow } from "./outbox/row.ts";
import type { Thread } from "./outbox/threads.ts";
import { messageFor } from "./outbox/words.ts";
import type { AlertLinks } from "./sheet.ts";
import { createChannels, type Channels } from "./recipients.ts";

/** Where messages wait until somebody has taken them. Everything in it survives the process. */
export interface Outbox {
  enqueue: Enqueue;
  enqueueMail: EnqueueMail;
  /**
   * Tells operators of problems of our own. `current` are all that there are in the named area now: a new one is
   * told once, and once more when it is no longer among them.
   */
  reportProblems(
    area: string,
    current: readonly Problem[],
    now: Date,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Sends what is due at `now`, and reports what is wrong with sending to `operations`. Safe to call from any number
   * of processes at once.
   */
  deliver(now: Date, signal: AbortSignal): Promise<Delivered>;
}

/** The state that an outbox lives on. */
export interface OutboxStore {
  rows: Documents<OutboxRow>;
  threads: Documents<Thread>;
  rates: Documents<Rate>;
  problems: Documents<KnownProblem>;
}

export interface OutboxSettings {
  options: NotifyOptions;
  /** IANA name: the zone of the readers. */
  timezone: string;
  /** Names of the config's hosts and of our formats: the only ones that may stand in a header. */
  names?: readonly string[];
  /** Where the alert's events can be looked at. */
  links?: (alert: Alert) => AlertLinks;
  history?: AskHistory;
  log: Log;
  realNow?: () => Date;
  /** How long what is over is kept; for good where left out. */
  retentionMs?: number;
}

/** The outbox in `leafwatch-outbox-<namespace>`; threads, limits and known problems are in `leafwatch-notify-<namespace>`. */
export function openStore(client: Client, namespace: string): OutboxStore {
  const notify = `leafwatch-notify-${namespace}`;
  return {
    rows: createDocuments<OutboxRow>(client, `leafwatch-outbox-${namespace}`),
    threads: createDocuments<Thread>(client, notify),
    rates: createDocuments<Rate>(client, notify),
    problems: createDocuments<KnownProblem>(client, notify),
  };
}

/** Builds an outbox on `store`; opens no connection before it has something to send. */
export function createOutbox(
  store: OutboxStore,
  settings: OutboxSettings,
  channels: Channels = createChannels(settings.options, settings.log),
): Outbox {
  const { options, log, timezone, links, history } = settings;
  const names = settings.names && new Set(settings.names);
  const queue = { ...store, channels, options, timezone, names, log };
  const words = {
    rows: store.rows,
    names,
    log,
    timezone,
    ...(links && { links }),
    ...(history && { history }),
  };
  const deps = {
    rows: store.rows,
    rates: createRates(store.rates, options.per_hour),
    notifiers: channels.notifiers,
    giveUpMs: options.give_up,
    realNow: settings.realNow ?? (() => new Date()),
    holder: randomUUID(),
    message: messageFor.bind(undefined, words),
    log,
  };
  const labelOf = (channel: string) =>
    channels.notifiers.get(channel)?.label ?? "a recipient of before";
  const report: Outbox["reportProblems"] = (area, current, now, signal) =>
    reportProblems(
      store.problems,
      (problem, since, over) => queueProblem(queue, problem, since, over, now, signal),
      area,
      current,
      now,
      signal,
    );
  const forget = createForgetting(store, settings.retentionMs, log);
  const pass = async (now: Date, signal: AbortSignal): Promise<Delivered> => {
    try {
      const delivered = await deliverDue(deps, now, signal);
      await report("notify", await ownProblems(store.rows, labelOf, now, signal), now, signal);
      await forget(now, signal);
      return delivered;
    } finally {
      // A kept connection would be closed by the server before the next pass.
      for (const notifier of channels.notifiers.values()) notifier.close();
    }
  };
  let running: Promise<unknown> = Promise.resolve();
  return {
    enqueue: (notification, signal) => queueNotification(queue, notification, signal),
    enqueueMail: (mail, now, signal) => queueMail(queue, mail, now, signal),
    reportProblems: report,
    async deliver(now, signal) {
      // One after the other: a notifier has one connection, which the first to end would close for the second.
      const before = running;
      const own = (async () => {
        await before.catch(() => undefined);
        return pass(now, signal);
      })();
      running = own;
      return own;
    },
  };
}
