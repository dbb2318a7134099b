import assert from "node:assert/strict";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { hasJournal, startJournal, type Journal } from "../../helpers/journal.ts";
import { hasSshd, startSshd, type Sshd } from "../../helpers/sshd.ts";

describe("a journal over SSH", function () {
  this.timeout(30_000);
  let sshd: Sshd;
  const opened: AsyncDisposable[] = [];
  let journal: Journal;

  before(async function () {
    if (!hasSshd() || !hasJournal()) this.skip();
    sshd = await startSshd();
    opened.push(sshd);
    journal = await startJournal();
    opened.push(journal);
  });
  after(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  });

  const messages = (texts: readonly string[]) =>
    texts
      .map((text) => JSON.parse(text) as Record<string, string>)
      .filter((entry) => entry["SYSLOG_IDENTIFIER"] === "test")
      .map((entry) => entry["MESSAGE"]);
  const follow = { format: "journald" } as const;
  const options = () => ({ namespace: journal.namespace });

  it("gives each entry as JSON, then those that come, and goes on behind the last one", async () => {
    await journal.write("test", "one");
    await using host = await openHost(sshd, { read: "exec" });
    const first = collecting(host, undefined, { ...follow, options: options() });
    await first.untilLine((text) => text.includes('"one"'));
    await journal.write("test", 'two "__CURSOR":"x"');
    await first.untilLine((text) => text.includes("two"));
    await first[Symbol.asyncDispose]();
    await journal.write("test", "three");
    await using second = collecting(host, undefined, {
      ...follow,
      options: options(),
      from: first.position(`journald:${journal.namespace}`),
    });
    await second.untilLine((text) => text.includes('"three"'));
    assert.deepEqual(messages([...first.texts(), ...second.texts()]), [
      "one",
      'two "__CURSOR":"x"',
      "three",
    ]);
  });

  it("ends with once behind what is there", async () => {
    await using host = await openHost(sshd, { read: "exec", once: true });
    await using read = collecting(host, undefined, { ...follow, options: options() });
    await read.ended;
    assert.equal(messages(read.texts()).length, 3);
  });

  it("goes on by time where the cursor is not understood, without giving an entry twice in sum", async () => {
    await using host = await openHost(sshd, { read: "exec", once: true });
    await using read = collecting(host, undefined, { ...follow, options: options() });
    await read.ended;
    const last = read.position(`journald:${journal.namespace}`);
    await journal.write("test", "four");
    await using again = collecting(host, undefined, {
      ...follow,
      options: options(),
      from: { ...last, cursor: "no cursor" },
    });
    await again.ended;
    const seen = new Set([...read.texts(), ...again.texts()]);
    assert.deepEqual(messages([...seen]).at(-1), "four");
    assert.equal(messages([...seen]).length, 4);
  });

  it("begins behind the last entry where the config says so", async () => {
    await using host = await openHost(sshd, { read: "exec" });
    await using read = collecting(host, undefined, {
      ...follow,
      options: { ...options(), from: "end" },
    });
    await read.untilPosition();
    await journal.write("test", "five");
    await read.untilLine((text) => text.includes('"five"'));
    assert.deepEqual(messages(read.texts()), ["five"]);
  });
});
