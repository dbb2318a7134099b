import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beat } from "../../../src/notify/heartbeat.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { exampleAlert, exampleNotification } from "../../unit/notify/examples.ts";
import { minutes, outboxTo, parsed, signal, t0 } from "./outbox-to.ts";

/** A web server that answers each request with the next status; `drop` hangs up. */
async function answering(
  ...statuses: (number | "drop")[]
): Promise<AsyncDisposable & { url: string; deliveries: string[] }> {
  const deliveries: string[] = [];
  const server = createServer((request, response) => {
    const status = statuses.shift() ?? 200;
    deliveries.push(String(request.headers["x-leafwatch-delivery"]));
    if (status === "drop") request.socket.destroy();
    else response.writeHead(status, { Location: "http://127.0.0.1:1/" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A cast: only a server on a pipe has no AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    deliveries,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("notify/notifiers/webhook", () => {
  const cases: [string, number | "drop", object, number][] = [
    ["takes 204 for yes", 204, { sent: 1 }, 1],
    ["asks again after 503", 503, { retried: 1 }, 2],
    ["asks again after 429", 429, { retried: 1 }, 2],
    ["believes 410", 410, { dead: 1 }, 1],
    ["follows no redirection", 302, { dead: 1 }, 1],
    ["repeats the same delivery when the answer is lost", "drop", { retried: 1 }, 2],
  ];
  for (const [title, status, first, calls] of cases) {
    it(title, async () => {
      await using http = await answering(status);
      const { outbox } = outboxTo(
        { port: 1 },
        { recipients: { security: [{ type: "webhook", url: http.url }] } },
      );
      await outbox.enqueue(exampleNotification(), signal);
      assert.deepEqual(await outbox.deliver(t0, signal), {
        sent: 0,
        retried: 0,
        dead: 0,
        ...first,
      });
      await outbox.deliver(minutes(1), signal);
      assert.equal(http.deliveries.length, calls);
      assert.equal(new Set(http.deliveries).size, 1);
    });
  }

  it("is told of every alert on its own, however many there are", async () => {
    await using http = await answering();
    const { outbox } = outboxTo(
      { port: 1 },
      { per_hour: 2, recipients: { security: [{ type: "webhook", url: http.url }] } },
    );
    for (let index = 0; index < 9; index++)
      await outbox.enqueue(exampleNotification(exampleAlert({ id: `alert${index}` })), signal);
    assert.equal((await outbox.deliver(t0, signal)).sent, 9);
  });
});

describe("notify/notifiers/command", () => {
  for (const [code, expected] of [
    [0, { sent: 1 }],
    [75, { retried: 1 }],
    [1, { dead: 1 }],
  ] as const) {
    it(`takes exit code ${code} for what it means`, async () => {
      await using folder = await temporaryFolder();
      const run = join(folder.path, "tell");
      await writeFile(run, `#!/bin/sh\ncat > /dev/null\nexit ${code}\n`);
      await chmod(run, 0o755);
      const { outbox } = outboxTo(
        { port: 1 },
        { recipients: { security: [{ type: "command", run: [run], enabled: true }] } },
      );
      await outbox.enqueue(exampleNotification(), signal);
      assert.deepEqual(await outbox.deliver(t0, signal), {
        sent: 0,
        retried: 0,
        dead: 0,
        ...expected,
      });
    });
  }
});

describe("our own troubles", () => {
  it("are told once, and once more when they are over, also by another process", async () => {
    await using smtp = await startSmtp();
    const first = outboxTo(smtp, { operations: ["security"] });
    const second = outboxTo(smtp, { operations: ["security"] }, first.store);
    const problem = {
      key: "rule:x",
      level: "high",
      title: "The rule x fails",
      detail: "Its search fails.",
    } as const;
    for (const [minute, { outbox }, current] of [
      [0, first, [problem]],
      [1, second, [problem]],
      [2, second, []],
      [3, first, []],
      [4, first, [problem]],
    ] as const) {
      await outbox.reportProblems("watch", current, minutes(minute), signal);
      await outbox.deliver(minutes(minute), signal);
    }
    const subjects = (await parsed(smtp)).map((mail) => mail.subject);
    assert.deepEqual(subjects, [
      "[LEAFWATCH] The rule x fails",
      "[LEAFWATCH] Over: The rule x fails",
      "[LEAFWATCH] The rule x fails",
    ]);
  });

  it("go to the watchdog's receiver as a heartbeat that stops", async () => {
    await using http = await answering(200, 500);
    await beat(http.url, signal);
    await assert.rejects(beat(http.url, signal), { code: "HEARTBEAT" });
  });
});
