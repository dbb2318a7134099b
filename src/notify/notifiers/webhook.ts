import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { duration } from "../../lib/duration.ts";
import { AppError, messageOf } from "../../lib/errors.ts";
import { toMattermost, toSlack, toTeams } from "../chat.ts";
import { asciiJson, toEcs } from "../ecs-alert.ts";
import type { Message } from "../message.ts";
import { notifier, type Result } from "../notifier.ts";
import { reasonOf } from "../reach.ts";

const forms = {
  ecs: toEcs,
  slack: toSlack,
  mattermost: toMattermost,
  teams: toTeams,
} satisfies Record<string, (message: Message) => object>;

/** JSON by HTTP POST: our ECS alert for programs, or a card for a chat's incoming hook. */
export const webhook = notifier({
  type: "webhook",
  summary: "JSON by HTTP POST, signed: ECS alerts, or cards for Slack, Mattermost and Teams",
  options: z.strictObject({
    url: z.url({ protocol: /^https?$/, error: "write a URL that begins with https:// or http://" }),
    template: z.enum(["ecs", "slack", "mattermost", "teams"]).default("ecs"),
    /** Key of the HMAC in `X-Leafwatch-Signature`. */
    secret: z.string().min(1).optional(),
    headers: z.record(z.string(), z.string()).default({}),
    timeout: duration.default(15_000),
  }),
  create({ url, template, secret, headers, timeout }) {
    const { host } = new URL(url);
    return {
      key: `webhook-${createHash("sha256").update(`${template} ${url}`).digest("hex").slice(0, 16)}`,
      label: `webhook ${host}`,
      gathers: template !== "ecs",
      compose: async (message) => Buffer.from(asciiJson(forms[template](message))),
      async send(payload, addresses, claim) {
        if (claim.expired())
          return all(addresses, { outcome: "again", answer: "the claim ran out" });
        const signature =
          secret === undefined
            ? undefined
            : createHmac("sha256", secret).update(payload).digest("hex");
        try {
          const response = await fetch(url, {
            method: "POST",
            body: payload,
            redirect: "manual",
            signal: AbortSignal.any([claim.signal, AbortSignal.timeout(timeout)]),
            headers: {
              ...headers,
              "Content-Type": "application/json",
              "User-Agent": "Leafwatch",
              // The same for every try of one message, so that a receiver can tell a repeat.
              "X-Leafwatch-Delivery": createHash("sha256")
                .update(payload)
                .digest("hex")
                .slice(0, 32),
              ...(signature !== undefined && { "X-Leafwatch-Signature": `sha256=${signature}` }),
            },
          });
          await response.body?.cancel();
          return all(addresses, verdict(response.status));
        } catch (error) {
          return all(addresses, failure(error));
        }
      },
      async check(signal) {
        // Nothing may be posted for a check; that somebody answers is all that can be known.
        try {
          await fetch(url, {
            method: "HEAD",
            redirect: "manual",
            signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
          });
        } catch (cause) {
          throw new AppError("WEBHOOK_UNREACHABLE", `no answer from ${host}: ${causeOf(cause)}`, {
            hint: "check the webhook's url under notify.recipients",
            retryable: true,
            cause,
          });
        }
      },
      close: () => undefined,
    };
  },
});

function all(addresses: readonly string[], result: Omit<Result, "address">): Result[] {
  return addresses.map((address) => ({ address, ...result }));
}

function verdict(status: number): Omit<Result, "address"> {
  const answer = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { outcome: "accepted", answer };
  const later = status >= 500 || status === 408 || status === 425 || status === 429;
  return { outcome: later ? "again" : "refused", answer };
}

/** No connection: surely not accepted. Anything later: perhaps. */
function failure(error: unknown): Omit<Result, "address"> {
  const code = (error as { cause?: { code?: string } }).cause?.code ?? "";
  const never = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
  ];
  const answer = causeOf(error);
  return never.includes(code)
    ? { outcome: "again", answer, unreachable: true }
    : { outcome: "unknown", answer };
}

function causeOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${reasonOf(cause)}`;
}
