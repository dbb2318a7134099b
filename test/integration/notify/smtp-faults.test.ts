import assert from "node:assert/strict";
import { startSmtp } from "../../helpers/smtp.ts";
import { exampleAlert, exampleNotification } from "../../unit/notify/examples.ts";
import { minutes, once, outboxTo, parsed, signal, t0 } from "./outbox-to.ts";

describe("a mail server that fails", () => {
  const both = ["a@example.org", "b@example.org"];
  const cases: {
    it: string;
    fault: Parameters<typeof once>[0];
    first: object;
    then: object;
    taken: string[][];
    repeated?: number;
  }[] = [
    {
      it: "is asked again when it refuses the connection",
      fault: { connect: 421 },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both],
    },
    {
      it: "is asked again when it hangs up at once",
      fault: { connect: "drop" },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both],
    },
    {
      it: "is asked again when it never greets",
      fault: { connect: "hang" },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both],
    },
    {
      it: "is asked again when it does not want the sender: that is for us to mend",
      fault: { from: 550 },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both],
    },
    {
      it: "gets the message again only for the address that it put off",
      fault: { rcpt: { address: "b@example.org", code: 450 } },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [["a@example.org"], ["b@example.org"]],
    },
    {
      it: "is believed when it refuses one address for good",
      fault: { rcpt: { address: "b@example.org", code: 550 } },
      first: { sent: 1, dead: 1 },
      then: {},
      taken: [["a@example.org"]],
    },
    {
      it: "is asked again when it puts off the message",
      fault: { data: 451 },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both],
    },
    {
      it: "is believed when it refuses the message for good",
      fault: { data: 554 },
      first: { dead: 1 },
      then: {},
      taken: [],
    },
    {
      it: "gets the same bytes again when it took them and hung up",
      fault: { data: "take-and-drop" },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both, both],
      repeated: 1,
    },
    {
      it: "gets the same bytes again when it took them and fell silent",
      fault: { data: "take-and-hang" },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both, both],
      repeated: 1,
    },
    {
      it: "gets the message again when it lost it",
      fault: { data: "lose" },
      first: { retried: 1 },
      then: { sent: 1 },
      taken: [both],
      repeated: 1,
    },
  ];
  for (const { it: title, fault, first, then, taken, repeated = 0 } of cases) {
    it(title, async () => {
      await using smtp = await startSmtp();
      const smtpOptions = { host: "127.0.0.1", port: smtp.port, tls: "off", timeout: "300ms" };
      const { outbox, store } = outboxTo(smtp, {
        smtp: smtpOptions,
        recipients: { security: both },
      });
      smtp.script(once(fault));
      await outbox.enqueue(exampleNotification(), signal);
      const nothing = { sent: 0, retried: 0, dead: 0 };
      assert.deepEqual(await outbox.deliver(t0, signal), { ...nothing, ...first });
      assert.deepEqual(
        await outbox.deliver(new Date(t0.getTime() + 59_000), signal),
        nothing,
        "tried again within the minute",
      );
      assert.deepEqual(await outbox.deliver(minutes(1), signal), { ...nothing, ...then });
      assert.deepEqual(
        smtp.mails.map((mail) => mail.to),
        taken,
      );
      const [one, ...others] = smtp.mails;
      for (const other of others) assert.ok(one?.raw.equals(other.raw), "other bytes");
      const [row] = await store.rows.list({}, signal);
      assert.equal(row?.doc.repeated.length, repeated);
    });
  }

  it("is left alone for twice as long after each failure, up to an hour", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    smtp.script({ from: () => 451 });
    await outbox.enqueue(exampleNotification(), signal);
    const tries: number[] = [];
    for (let minute = 0; minute < 260; minute++) {
      const { retried } = await outbox.deliver(minutes(minute), signal);
      if (retried > 0) tries.push(minute);
    }
    assert.deepEqual(tries, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
  });

  it("is not asked again for every message while it is down", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp);
    smtp.script({ connect: () => 421 });
    for (let index = 0; index < 20; index++)
      await outbox.enqueue(exampleNotification(exampleAlert({ id: `alert${index}` })), signal);
    await outbox.deliver(t0, signal);
    assert.equal(smtp.connections, 1);
    smtp.script({});
    await outbox.deliver(minutes(1), signal);
    assert.equal(smtp.mails.length, 20);
  });

  it("leads to word for the operators, and to word that it is over", async () => {
    await using smtp = await startSmtp();
    const { outbox } = outboxTo(smtp, {
      recipients: { security: ["it@example.org"], ops: ["ops@example.org"] },
      operations: ["ops"],
    });
    smtp.script({ connect: () => 421 });
    await outbox.enqueue(exampleNotification(), signal);
    for (let minute = 0; minute < 30; minute++) await outbox.deliver(minutes(minute), signal);
    smtp.script({});
    for (let minute = 30; minute < 70; minute++) await outbox.deliver(minutes(minute), signal);
    const told = (await parsed(smtp)).filter((mail) => !mail.headers.has("x-leafwatch-alert"));
    assert.deepEqual(
      told.map((mail) => mail.subject),
      [
        "[LEAFWATCH] Messages wait: mail by 127.0.0.1 does not take them",
        "[LEAFWATCH] Over: Messages wait: mail by 127.0.0.1 does not take them",
      ],
    );
  });
});
