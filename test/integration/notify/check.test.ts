import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { Command } from "commander";
import { simpleParser } from "mailparser";
import { checkCommand } from "../../../src/commands/check.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { makeCertificate } from "../../helpers/certificates.ts";
import { elasticsearchUrl } from "../../helpers/elasticsearch.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Finding {
  what: string;
  ok: boolean;
  says: string;
  hint?: string;
}

/** What `leafwatch check` says of mail and of the test mail. */
async function check(notify: string, ...args: string[]): Promise<Finding[]> {
  await using folder = await temporaryFolder();
  const config = join(folder.path, "leafwatch.yml");
  await writeFile(
    config,
    `elasticsearch: { url: "${await elasticsearchUrl()}" }\nwatch: { rules: "none/*.yml" }\n${notify}\n`,
  );
  let out = "";
  const program = new Command();
  checkCommand(program, {
    stdin: Readable.from([]),
    out: async (text) => {
      out += text.toString();
    },
    err: () => undefined,
    terminal: false,
    signal: new AbortController().signal,
  });
  const argv = ["check", "--config", config, "--json", ...args];
  // There is no namespace and there are no rules: other lines of the result fail, and so does the command.
  await assert.rejects(program.parseAsync(argv, { from: "user" }), (error) => {
    assert.ok(error instanceof AppError && error.code === "CHECK_FAILED");
    return true;
  });
  const { checks } = JSON.parse(out) as { checks: Finding[] };
  return checks.filter(({ what }) => /mail|syslog|webhook|command/.test(what));
}

const notifyOf = (port: number, smtp = "tls: off") => `notify:
  from: Leafwatch <leafwatch@example.org>
  smtp: { host: 127.0.0.1, port: ${port}, timeout: 2s, ${smtp} }
  recipients: { security: [it@example.org] }
  operations: [security]`;

describe("leafwatch check", function () {
  this.timeout(60_000);
  const test = ["--send-test", "me@example.org"];

  it("sends one test mail that asks for nothing", async () => {
    await using smtp = await startSmtp();
    const found = await check(notifyOf(smtp.port), ...test);
    assert.deepEqual(
      found.map(({ what, ok, says }) => [what, ok, says]),
      [
        ["mail by 127.0.0.1", true, "ready"],
        ["test mail to me@example.org", true, "accepted"],
      ],
    );
    assert.deepEqual(
      smtp.mails.map(({ to }) => to),
      [["me@example.org"]],
    );
    const mail = await simpleParser(smtp.mails[0]?.raw ?? "");
    assert.equal(mail.subject, "[TEST] Mail from Leafwatch arrives");
  });

  it("logs in, over TLS with an authority of one's own, and says when the login is refused", async () => {
    await using folder = await temporaryFolder();
    const { key, cert, caFile } = await makeCertificate(folder.path);
    const login = { user: "leafwatch", password: "correct horse" };
    await using smtp = await startSmtp({ tls: { key, cert }, login });
    const tls = `servername: localhost, ca: "${caFile}", user: leafwatch`;
    const [right] = await check(notifyOf(smtp.port, `${tls}, password: correct horse`));
    assert.equal(right?.says, "ready");
    const found = await check(notifyOf(smtp.port, `${tls}, password: wr0ng`), ...test);
    for (const { ok, says, hint = "" } of found) {
      assert.equal(ok, false);
      assert.match(says, new RegExp(`127\\.0\\.0\\.1:${smtp.port} refused the login: .*535`));
      assert.match(hint, /user and password/);
      assert.doesNotMatch(says + hint, /wr0ng/);
    }
    assert.equal(found.length, 2);
    const [untrusted] = await check(
      notifyOf(smtp.port, "servername: localhost, user: u, password: p"),
    );
    assert.match(
      untrusted?.says ?? "",
      /no encrypted connection to 127\.0\.0\.1:\d+: .*certificate/,
    );
    assert.match(untrusted?.hint ?? "", /notify\.smtp\.ca/);
    assert.equal(smtp.mails.length, 0);
  });

  it("says where nobody answers, and what to look at", async () => {
    const smtp = await startSmtp();
    const { port } = smtp;
    await smtp[Symbol.asyncDispose]();
    const found = await check(notifyOf(port), ...test);
    assert.equal(found.length, 2);
    for (const { ok, says, hint = "" } of found) {
      assert.equal(ok, false);
      assert.ok(says.includes(`no mail server at 127.0.0.1:${port}`), says);
      assert.match(hint, /host.*port/);
    }
  });

  it("says that the server has no STARTTLS, and what that means", async () => {
    await using smtp = await startSmtp();
    const [found] = await check(notifyOf(smtp.port, "tls: starttls"));
    assert.match(found?.says ?? "", /no encrypted connection to .*STARTTLS/);
    assert.match(found?.hint ?? "", /tls: off/);
  });

  const mistakes: [string, string, RegExp, RegExp][] = [
    [
      "a host whose name nobody knows",
      "host: mail.nowhere.invalid",
      /the name mail\.nowhere\.invalid is not known/,
      /check host/,
    ],
    [
      "TLS at once to a server of STARTTLS",
      "tls: implicit",
      /does not speak TLS/,
      /implicit is for port 465/,
    ],
    [
      "certificates in a file that holds none",
      "tls: off, ca: CONFIG",
      /holds no certificate/,
      /notify\.smtp\.ca/,
    ],
    [
      "certificates in a file that is not there",
      "ca: /nowhere.pem",
      /\/nowhere\.pem cannot be read/,
      /notify\.smtp\.ca/,
    ],
    [
      "a login where none is offered",
      "tls: off, user: u, password: p",
      /refused the login/,
      /offers no login/,
    ],
  ];
  for (const [title, smtp, says, hint] of mistakes) {
    it(`says what is wrong with ${title}`, async () => {
      await using server = await startSmtp();
      await using folder = await temporaryFolder();
      const none = join(folder.path, "none.pem");
      await writeFile(none, "no certificate");
      const given = smtp.replace("CONFIG", `"${none}"`);
      const notify = given.startsWith("host:")
        ? notifyOf(server.port).replace("host: 127.0.0.1", given)
        : notifyOf(server.port, given);
      const [found] = await check(notify);
      assert.equal(found?.ok, false);
      assert.match(found.says, says);
      assert.doesNotMatch(found.says, /SSL routines/);
      assert.match(found.hint ?? "", hint);
    });
  }

  it("says the same of a SIEM and a webhook that do not speak TLS", async () => {
    await using server = await startSmtp();
    const found = await check(`notify:
  recipients:
    siem: [{ type: syslog, host: 127.0.0.1, port: ${server.port}, timeout: 2s }]
    chat: [{ type: webhook, url: "https://127.0.0.1:${server.port}/hook" }]`);
    assert.equal(found.length, 2);
    for (const { ok, says } of found) {
      assert.equal(ok, false);
      assert.match(says, /what answers there does not speak TLS/);
    }
  });

  const refusals: [
    string,
    Parameters<Awaited<ReturnType<typeof startSmtp>>["script"]>[0],
    RegExp,
    RegExp,
  ][] = [
    ["refuses the address", { rcpt: () => 550 }, /550/, /check the address/],
    ["refuses the sender", { from: () => 550 }, /550/, /notify\.from/],
    ["puts the mail off", { data: () => 451 }, /451/, /try again later/],
    [
      "falls silent after the mail",
      { data: () => "take-and-hang" },
      /Timeout|timed out|time/i,
      /look whether it arrives/,
    ],
  ];
  for (const [title, faults, says, hint] of refusals) {
    it(`says what to do when the server ${title}`, async () => {
      await using smtp = await startSmtp();
      smtp.script(faults);
      const found = await check(notifyOf(smtp.port), ...test);
      assert.equal(found[0]?.ok, true, "the login works");
      assert.equal(found[1]?.ok, false);
      assert.match(
        found[1].says,
        /^mail by 127\.0\.0\.1: the test mail to me@example\.org was not accepted/,
      );
      assert.match(found[1].says, says);
      assert.match(found[1].hint ?? "", hint);
    });
  }

  it("says that no test mail can go out where the config has no mail server", async () => {
    const [found] = await check("timezone: UTC", ...test);
    assert.equal(found?.ok, false);
    assert.match(found.says, /no mail server/);
    assert.match(found.hint ?? "", /notify\.smtp/);
  });
});
