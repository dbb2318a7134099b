import assert from "node:assert/strict";
import { collecting, openHost } from "../../helpers/collecting.ts";
import { startWindowsHost, type WindowsHost } from "../../helpers/windows-host.ts";

describe("Windows event logs", function () {
  this.timeout(20_000);
  const odd = "It's/Op’erational";
  let windows: WindowsHost;

  beforeEach(async () => {
    windows = await startWindowsHost(["Security", "System", odd]);
  });
  afterEach(async () => {
    await windows[Symbol.asyncDispose]();
  });

  const open = (once = false) => openHost(windows, { os: "windows", once });
  const read = (
    host: Awaited<ReturnType<typeof open>>,
    options: Record<string, unknown> = {},
    from?: Record<string, unknown>,
  ) =>
    collecting(host, undefined, {
      format: "windows.security",
      options,
      ...(from && { from }),
    });
  const messages = (texts: readonly string[]) =>
    texts.map((text) => /<Data Name='Text'>(.*)<\/Data>/s.exec(text)?.[1] ?? text);

  it("gives each event's XML in one line, then those that come, from one PowerShell", async () => {
    windows.log("Security", "one\r\nline two");
    await using host = await open();
    await using some = read(host);
    await some.untilCount(1);
    windows.log("Security", "two");
    await some.untilCount(2);
    assert.deepEqual(messages(some.texts()), ["one&#13;&#10;line two", "two"]);
    assert.deepEqual(some.offsets(), [1, 2]);
    assert.equal(windows.started(), 1);
  });

  it("goes on behind the bookmark", async () => {
    windows.log("Security", "one");
    await using host = await open(true);
    await using first = read(host);
    await first.ended;
    windows.log("Security", "two");
    await using second = read(host, {}, first.position("eventlog:Security"));
    await second.ended;
    assert.deepEqual(messages(second.texts()), ["two"]);
  });

  it("reads a cleared log from its start, though its numbers passed the bookmark again", async () => {
    windows.log("Security", "one");
    await using host = await open(true);
    await using first = read(host);
    await first.ended;
    windows.clear("Security");
    windows.log("Security", "new one");
    windows.log("Security", "new two");
    await using second = read(host, {}, first.position("eventlog:Security"));
    await second.ended;
    assert.deepEqual(messages(second.texts()), ["new one", "new two"]);
  });

  it("notices that the log is cleared while it reads", async () => {
    windows.log("Security", "one");
    windows.log("Security", "two");
    await using host = await open();
    await using some = read(host);
    await some.untilCount(2);
    windows.clear("Security");
    windows.log("Security", "three");
    await some.untilCount(3);
    assert.deepEqual(some.offsets(), [1, 2, 1]);
  });

  it("notices a clearing though more events came after it than were there before", async () => {
    windows.log("Security", "one");
    await using host = await open();
    await using some = read(host);
    await some.untilCount(1);
    windows.clear("Security");
    for (const text of ["two", "three", "four"]) windows.log("Security", text);
    await some.untilCount(4);
    assert.deepEqual(messages(some.texts()), ["one", "two", "three", "four"]);
    assert.deepEqual(some.offsets(), [1, 1, 2, 3]);
  });

  it("records how many events were overwritten before they could be read", async () => {
    windows.log("Security", "one");
    await using host = await open(true);
    await using first = read(host);
    await first.ended;
    for (const text of ["two", "three", "four"]) windows.log("Security", text);
    windows.overwrite("Security", 3);
    await using second = read(host, {}, first.position("eventlog:Security"));
    await second.ended;
    assert.deepEqual(second.lines[0]?.flags, ["gap"]);
    assert.match(second.texts()[0] ?? "", /^2 events after record 1 are missing/);
    assert.deepEqual(messages(second.texts()).slice(1), ["four"]);
  });

  it("reads several channels, whatever they are called", async () => {
    windows.log("System", "system");
    windows.log(odd, "odd");
    await using host = await open(true);
    await using some = read(host, { channel: ["System", odd] });
    await some.ended;
    assert.deepEqual(messages(some.texts()).sort(), ["odd", "system"]);
  });

  it("begins behind the newest event where the config says so", async () => {
    windows.log("Security", "old");
    await using host = await open();
    await using some = read(host, { from: "end" });
    await some.untilPosition();
    windows.log("Security", "new");
    await some.untilCount(1);
    assert.deepEqual(messages(some.texts()), ["new"]);
  });

  it("names a channel that is not there, and one that may not be read", async () => {
    windows.deny("System");
    await using host = await open(true);
    await assert.rejects(read(host, { channel: "Sekurity" }).ended, {
      code: "EVENT_LOG_UNKNOWN",
      message: 'web1: there is no event log channel "Sekurity"',
      hint: /wevtutil el/,
    });
    await assert.rejects(read(host, { channel: "System" }).ended, {
      code: "EVENT_LOG_DENIED",
      message: 'web1: the event log "System" may not be read',
      hint: /Event Log Readers/,
    });
  });
});
