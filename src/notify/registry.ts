import { z } from "zod";
import { command } from "./notifiers/command.ts";
import { email } from "./notifiers/email.ts";
import { syslog } from "./notifiers/syslog.ts";
import { webhook } from "./notifiers/webhook.ts";
import type { Notifier, NotifierDeps, NotifierKind } from "./notifier.ts";

/** Every kind of notifier. */
export const notifierKinds = { email, webhook, syslog, command } satisfies Record<
  string,
  NotifierKind
>;

/** An entry of `notify.recipients` that is no bare mail address. */
export const recipientEntry = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("webhook"), ...webhook.options.shape }),
  z.strictObject({ type: z.literal("syslog"), ...syslog.options.shape }),
  z.strictObject({ type: z.literal("command"), ...command.options.shape }),
]);

/** The notifier that an entry asks for. */
export function createNotifier(
  entry: z.output<typeof recipientEntry>,
  deps: NotifierDeps,
): Notifier {
  switch (entry.type) {
    case "webhook":
      return webhook.create(entry, deps);
    case "syslog":
      return syslog.create(entry, deps);
    case "command":
      return command.create(entry, deps);
  }
}
