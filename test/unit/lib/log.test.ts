import assert from "node:assert/strict";
import { AppError } from "../../../src/lib/errors.ts";
import { createLog } from "../../../src/lib/log.ts";

describe("our own log", () => {
  function logged(readable: boolean, level = "info") {
    const lines: string[] = [];
    const log = createLog(level, readable, (text) => lines.push(text));
    return { log, lines };
  }

  it("is ECS JSON, one object a line", () => {
    const { log, lines } = logged(false);
    log.warn({ host: { name: "web1" } }, "host does not answer");
    const entry = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    assert.equal(entry["message"], "host does not answer");
    assert.equal(entry["log.level"], "warn");
    assert.deepEqual(entry["host"], { name: "web1" });
    assert.ok("ecs.version" in entry);
  });

  it("is readable on a terminal, and shows control characters", () => {
    const { log, lines } = logged(true);
    log.error({ path: "/a\u001b[31m", err: new Error("no such file") }, "stream failed");
    assert.match(
      lines[0] ?? "",
      /^\d\d:\d\d:\d\d error stream failed path="\/a\\u001b\[31m" \(no such file\)\n$/,
    );
  });

  it("says what to do about an error", () => {
    const err = new AppError("SSH_UNREACHABLE", "web1 is down", { hint: "is it up?" });
    const ecs = logged(false);
    ecs.log.error({ "host.name": "web1", err }, "cannot read for now");
    const entry = JSON.parse(ecs.lines[0] ?? "") as Record<string, unknown>;
    const { code, hint, error } = entry;
    assert.deepEqual({ code, hint }, { code: "SSH_UNREACHABLE", hint: "is it up?" });
    assert.deepEqual(error, { type: "AppError", message: "web1 is down" });
    ecs.log.error({ err: new TypeError("a mistake of ours") }, "stopped");
    assert.match(ecs.lines[1] ?? "", /"stack_trace":"TypeError/);
    const terminal = logged(true);
    terminal.log.error({ err }, "cannot read for now");
    assert.match(
      terminal.lines[0] ?? "",
      / error cannot read for now \(web1 is down; is it up\?\)/,
    );
  });

  it("never holds a secret", () => {
    for (const readable of [true, false]) {
      const { log, lines } = logged(readable);
      log.info(
        { password: "hunter2", smtp: { password: "hunter2" }, es: { api_key: "hunter2" } },
        "start",
      );
      assert.doesNotMatch(lines.join(""), /hunter2/);
    }
  });

  it("keeps quiet below its level", () => {
    const { log, lines } = logged(false, "warn");
    log.info("start");
    assert.deepEqual(lines, []);
  });
});
