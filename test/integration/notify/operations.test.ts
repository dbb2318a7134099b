import assert from "node:assert/strict";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { createDeadLetters } from "../../../src/ship/dead-letters.ts";
import { createShipper } from "../../../src/ship/shipper.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { accessEvent } from "../../helpers/events.ts";
import { listen, operationsWorld, signal } from "./operations-world.ts";

const minute = 60_000;
const ago = (ms: number) => new Date(Date.now() - ms);

/** Three in as many seconds, a minute ago. */
const failedLogins = () =>
  [1, 2, 3].map((second) => ({
    "@timestamp": ago(minute + second * 1000).toISOString(),
    "event.ingested": ago(minute).toISOString(),
    "event.category": "authentication",
    "event.outcome": "failure",
    "source.ip": "203.0.113.5",
  }));

const silentRule = `
version: 1
defaults: { every: 1m, delay: 60s, notify: { to: [security] } }
rules:
  - id: source-silent
    level: high
    title: "{host.name} sends no {event.dataset} any more"
    group_by: [host.name, event.dataset]
    silence: { after: 30m }
    notify: { to: [security, operations] }
`;

describe("operators are told", function () {
  this.timeout(300_000);

  it("that a rule fails, after three passes, and that it can be judged again", async () => {
    await using world = await operationsWorld();
    const alerting = await world.alerting();
    await world.write([{ "@timestamp": ago(minute).toISOString(), message: "x" }]);
    world.breakAt((path) => (/\/logs-.*_search/.test(path) ? "refuse" : undefined));
    for (let pass = 0; pass < 3; pass++) {
      assert.deepEqual(await world.told(), []);
      const { judged } = await alerting.pass(new Date(), signal);
      assert.equal(judged.failed.length, 1);
    }
    assert.deepEqual(await world.told(), [
      "[LEAFWATCH] Rule brute could not be judged 3 times in a row",
    ]);
    assert.match(await world.lastText(), /made_up|by the test/);
    world.breakAt(() => undefined);
    await alerting.pass(new Date(), signal);
    assert.deepEqual((await world.told()).slice(1), [
      "[LEAFWATCH] Over: Rule brute could not be judged 3 times in a row",
    ]);
  });

  it("that a source is silent, where the rule names them", async () => {
    await using world = await operationsWorld({
      rules: silentRule,
      hosts: [
        {
          name: "web1",
          address: "192.0.2.1",
          user: "leafwatch",
          auth: { agent: true },
          logs: [{ format: "apache.access", path: "/var/log/apache2/access.log" }],
        },
      ],
    });
    const every = Array.from({ length: 61 }, (_, n) => ({
      "@timestamp": ago(5 * 60 * minute + n * minute).toISOString(),
      "event.ingested": ago(5 * 60 * minute + n * minute).toISOString(),
      "event.kind": "event",
      "event.dataset": "apache.access",
      "host.name": "web1",
    }));
    await world.write(every);
    const alerting = await world.alerting();
    await alerting.pass(new Date(), signal);
    const [subject = ""] = await world.told();
    assert.equal(subject, "[HIGH] web1 sends no apache.access any more");
    assert.match(await world.lastText(), /web1 sends no apache\.access any more/);
    assert.deepEqual(world.smtp.mails[0]?.to.sort(), ["it@example.org", "ops@example.org"]);
  });

  it("that mail is dead, by a way that is not mail", async () => {
    const received: string[] = [];
    const hook = createServer((request, response) => {
      void buffer(request).then((body) => {
        received.push(body.toString());
        response.end();
      });
    });
    const url = `http://127.0.0.1:${await listen(hook)}/hook`;
    await using world = await operationsWorld({
      notify: {
        recipients: {
          security: ["it@example.org"],
          ops: ["ops@example.org", { type: "webhook", url }],
        },
      },
    });
    world.smtp.script({ connect: () => 421 });
    await world.write(failedLogins());
    const metrics = createMetrics();
    const alerting = await world.alerting({ metrics });
    const start = Date.now();
    await alerting.pass(new Date(start), signal);
    assert.equal(received.length, 0);
    await alerting.pass(new Date(start + 20 * minute), signal);
    await alerting.pass(new Date(start + 21 * minute), signal);
    const words = received.map((text) => JSON.parse(text) as { message: string });
    assert.deepEqual(
      words.map(({ message }) => message),
      ["[LEAFWATCH] Messages wait: mail by 127.0.0.1 does not take them"],
    );
    const text = await metrics.registry.metrics();
    assert.match(text, /^leafwatch_outbox_messages\{state="retry"\} 2$/m);
    assert.match(text, /^leafwatch_mails_total\{result="retried"\} [1-9]/m);
    world.smtp.script({});
    await alerting.pass(new Date(start + 120 * minute), signal);
    await alerting.pass(new Date(start + 121 * minute), signal);
    assert.ok(received.some((body) => body.includes("Over: Messages wait")));
    assert.ok(
      world.smtp.mails.some(({ to }) => to.includes("it@example.org")),
      "lost",
    );
    hook.close();
  });

  it("that an address gets no messages", async () => {
    await using world = await operationsWorld();
    world.smtp.script({ rcpt: (address) => (address === "it@example.org" ? 550 : undefined) });
    await world.write(failedLogins());
    const alerting = await world.alerting();
    const start = Date.now();
    await alerting.pass(new Date(start), signal);
    await alerting.pass(new Date(start + minute), signal);
    assert.deepEqual(await world.told(), ["[LEAFWATCH] A recipient gets no messages"]);
    assert.match(
      await world.lastText(),
      /it@example\.org was refused for good: .*recipient not wanted/,
    );
  });

  it("that Elasticsearch refuses events, until somebody has settled them", async () => {
    await using world = await operationsWorld();
    await using shipper = createShipper({
      client: world.client,
      namespace: world.namespace,
      log: silentLog,
    });
    const bad = accessEvent(1, world.namespace);
    Object.assign(bad.event, { http: { response: { status_code: { odd: true } } } });
    await shipper.ship({ origin: "3w5e11264sgsf" }, [bad], signal);
    await world.client.indices.refresh({ index: `logs-*-${world.namespace}` });
    const alerting = await world.alerting();
    await alerting.pass(new Date(), signal);
    await alerting.pass(new Date(), signal);
    assert.deepEqual(await world.told(), ["[LEAFWATCH] Elasticsearch has refused events"]);
    assert.match(await world.lastText(), /1 event could not be stored .*status_code/);
    const letters = createDeadLetters(world.client, world.namespace);
    for (const letter of await letters.list({}, signal)) await letters.drop(letter, signal);
    await alerting.pass(new Date(), signal);
    assert.deepEqual((await world.told()).slice(1), [
      "[LEAFWATCH] Over: Elasticsearch has refused events",
    ]);
  });

  it("that a clock is wrong, whichever process noticed, and that it is right again", async () => {
    await using world = await operationsWorld();
    const wrong = await world.alerting({ clock: () => Date.now() + 8000 });
    await wrong.pass(new Date(), signal);
    const [subject = ""] = await world.told();
    assert.match(subject, /^\[LEAFWATCH\] The clock of \S+ is wrong$/);
    assert.match(await world.lastText(), /It is 8s ahead of the clock of Elasticsearch/);
    const right = await world.alerting();
    await right.pass(new Date(), signal);
    assert.equal((await world.told())[1], subject.replace("] ", "] Over: "));
  });

  it("does not take a slow answer for a wrong clock", async () => {
    await using world = await operationsWorld();
    let looks = 0;
    // Twelve seconds seem to pass between question and answer.
    const clock = () => Date.now() + (looks++ % 2) * 12_000;
    const alerting = await world.alerting({ clock });
    await alerting.pass(new Date(), signal);
    assert.deepEqual(await world.told(), []);
  });
});
