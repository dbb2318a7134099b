import type { Log } from "../lib/log.ts";
import type { Notifier } from "./notifier.ts";
import type { NotifyOptions } from "./options.ts";
import { createNotifier, notifierKinds } from "./registry.ts";

/** A notifier and whom it is to reach; for all but mail the one address is the notifier's label. */
export interface Target {
  readonly channel: string;
  readonly addresses: readonly string[];
}

/** A list that is always there: whoever `notify.operations` names. */
export const operationsName = "operations";

/** The recipient lists of the config as notifiers. */
export interface Channels {
  readonly notifiers: ReadonlyMap<string, Notifier>;
  knows(name: string): boolean;
  /** Whom these lists reach, each address once; those in `told` are left out, and the others are added to it. */
  targets(names: readonly string[], told?: Set<string>): Target[];
}

/** Builds every notifier that the config asks for. Opens nothing yet. */
export function createChannels(options: NotifyOptions, log: Log): Channels {
  const notifiers = new Map<string, Notifier>();
  if (options.smtp) {
    const mail = notifierKinds.email.create({ from: options.from, smtp: options.smtp }, { log });
    notifiers.set(mail.key, mail);
  }
  const lists = new Map<string, Target[]>();
  for (const [name, entries] of Object.entries(options.recipients)) {
    const addresses = entries.filter((entry) => typeof entry === "string");
    const list: Target[] = addresses.length > 0 ? [{ channel: "email", addresses }] : [];
    for (const entry of entries) {
      if (typeof entry === "string") continue;
      const notifier = createNotifier(entry, { log });
      notifiers.set(notifier.key, notifier);
      list.push({ channel: notifier.key, addresses: [notifier.label] });
    }
    lists.set(name, list);
  }
  // Rules and routes may name those who run Leafwatch without knowing who they are.
  if (!lists.has(operationsName)) {
    lists.set(
      operationsName,
      options.operations.flatMap((name) => lists.get(name) ?? []),
    );
  }
  return {
    notifiers,
    knows: (name) => lists.has(name),
    targets(names, told = new Set()) {
      const byChannel = new Map<string, string[]>();
      for (const { channel, addresses } of names.flatMap((name) => lists.get(name) ?? [])) {
        for (const address of addresses) {
          const one = `${channel} ${address.toLowerCase()}`;
          if (told.has(one)) continue;
          told.add(one);
          byChannel.set(channel, [...(byChannel.get(channel) ?? []), address]);
        }
      }
      return [...byChannel].map(([channel, addresses]) => ({ channel, addresses }));
    },
  };
}
