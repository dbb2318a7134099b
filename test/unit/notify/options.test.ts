import assert from "node:assert/strict";
import type { z } from "zod";
import { notifyOptions } from "../../../src/notify/options.ts";

const smtp = { host: "mail.example.org" };
const whole = {
  from: "Leafwatch <l@example.org>",
  smtp,
  recipients: { security: ["it@example.org"] },
};

describe("notify/options", () => {
  it("takes the section as DESIGN writes it, and asks for STARTTLS", () => {
    const options = notifyOptions.parse({
      ...whole,
      smtp: { ...smtp, port: 587, user: "u", password: "p" },
      operations: ["security"],
    });
    assert.equal(options.smtp?.tls, "starttls");
    assert.deepEqual(options.recipients, { security: ["it@example.org"] });
  });

  it("takes other kinds of recipients beside addresses", () => {
    const hook = { type: "webhook", url: "https://chat.example.org/hook", template: "slack" };
    const { recipients } = notifyOptions.parse({
      ...whole,
      recipients: { security: ["it@example.org", hook], siem: { type: "syslog", host: "siem" } },
    });
    assert.equal(recipients["security"]?.length, 2);
    assert.equal(recipients["siem"]?.length, 1);
  });

  const mistakes: [string, Record<string, unknown>, RegExp][] = [
    [
      "an address that is none",
      { recipients: { security: ["it at example.org"] } },
      /is no mail address/,
    ],
    [
      "an address with a line break",
      { recipients: { security: ["it@example.org\nBcc: x@y.z"] } },
      /is no mail address/,
    ],
    ["a sender that is none", { from: "Leafwatch" }, /is no sender/],
    ["two senders", { from: "a@example.org, b@example.org" }, /is no sender/],
    [
      "recipients that do not exist",
      { operations: ["ops"] },
      /no recipients "ops"; known: security/,
    ],
    ["a route to nobody", { routes: [{ to: "ops" }] }, /no recipients "ops"/],
    ["mail without a server", { smtp: undefined }, /smtp is missing/],
    [
      "a command that is not allowed",
      { recipients: { security: [{ type: "command", run: ["/bin/tell"] }] } },
      /enabled: true/,
    ],
    [
      "a command that is looked for",
      { recipients: { security: [{ type: "command", run: ["tell"], enabled: true }] } },
      /whole path/,
    ],
    ["an unknown key", { smpt: {} }, /smpt/],
  ];
  for (const [what, change, message] of mistakes) {
    it(`refuses ${what}`, () => {
      const result = notifyOptions.safeParse({ ...whole, ...change });
      assert.equal(result.success, false);
      assert.match(result.error.issues.flatMap((issue) => messagesOf(issue)).join("\n"), message);
    });
  }
});

/** What an issue and those within it say: a union reports its branches below itself. */
function messagesOf(issue: z.core.$ZodIssue): string[] {
  const inner = issue.code === "invalid_union" ? issue.errors.flat() : [];
  return [issue.message, ...inner.flatMap((one) => messagesOf(one))];
}
