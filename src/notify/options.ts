import { z } from "zod";
import { duration } from "../lib/duration.ts";
import { levels } from "../model/alert.ts";
import { mailAddress, sender, smtpOptions } from "./notifiers/email.ts";
import { recipientEntry } from "./registry.ts";

const names = z.union([z.string(), z.array(z.string())]).transform((one) => [one].flat());
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "write a time as HH:MM");
const level = z.enum(levels);

/** `it@example.org`, or another kind of notifier: `{ type: webhook, url: … }`. */
const recipient = z.union([mailAddress, recipientEntry]);

/** Who else learns of an alert, besides those whom its rule names. All that is given must fit. */
const route = z.strictObject({
  when: z
    .strictObject({
      level: z
        .union([level, z.array(level)])
        .transform((one) => [one].flat())
        .optional(),
      rule: names.optional(),
      tag: names.optional(),
      host: names.optional(),
    })
    .default({}),
  to: names,
});

/** When and how often one recipient list wants to be told. */
const delivery = z.strictObject({
  /** Alerts are kept until the quiet hours are over, then told in one mail. */
  quiet: z
    .strictObject({
      from: clock,
      to: clock,
      days: z.array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])).optional(),
    })
    .optional(),
  /** Alerts are told together, so often. */
  digest: duration.optional(),
  /** From this level on nothing is kept back. */
  at_once: level.default("high"),
});

/** Section `notify` of leafwatch.yml. */
export const notifyOptions = z
  .strictObject({
    from: sender.default("Leafwatch <leafwatch@localhost>"),
    smtp: smtpOptions.optional(),
    recipients: z
      .record(
        z.string().regex(/^[a-z0-9_-]+$/i),
        z.union([recipient, z.array(recipient)]).transform((one) => [one].flat()),
      )
      .default({}),
    /** Who learns of our own troubles; rules and routes may name them as `operations`. */
    operations: names.default([]),
    routes: z.array(route).default([]),
    delivery: z.record(z.string(), delivery).default({}),
    /** Mails an hour for each address; what is more comes as one. */
    per_hour: z.int().min(2).default(30),
    /** How long a message is tried before it counts as dead. */
    give_up: duration.default(7 * 86_400_000),
  })
  .superRefine((options, context) => {
    const known = Object.keys(options.recipients);
    const check = (name: string, path: (string | number)[]) => {
      if (known.includes(name)) return;
      const have = known.length > 0 ? `known: ${known.join(", ")}` : "there are none";
      context.addIssue({ code: "custom", path, message: `no recipients "${name}"; ${have}` });
    };
    for (const [index, name] of options.operations.entries()) check(name, ["operations", index]);
    for (const [index, { to }] of options.routes.entries())
      for (const name of to) if (name !== "operations") check(name, ["routes", index, "to"]);
    for (const name of Object.keys(options.delivery)) check(name, ["delivery", name]);
    const mails = Object.values(options.recipients).some((list) =>
      list.some((one) => typeof one === "string"),
    );
    if (mails && !options.smtp) {
      context.addIssue({
        code: "custom",
        path: ["smtp"],
        message: "smtp is missing: there are mail addresses among the recipients",
      });
    }
  });

export type NotifyOptions = z.output<typeof notifyOptions>;
export type Delivery = z.output<typeof delivery>;
