import assert from "node:assert/strict";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { serveHealth } from "../../../src/observe/server.ts";

describe("the health server", () => {
  const get = async (port: number, path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: response.status, body: await response.text() };
  };

  it("answers that it lives, and is ready only without problems", async () => {
    let problems: string[] = [];
    await using server = await serveHealth("127.0.0.1:0", createMetrics(), () => problems);
    assert.deepEqual(await get(server.port, "/healthz"), { status: 200, body: "ok\n" });
    assert.deepEqual(await get(server.port, "/readyz"), { status: 200, body: "ok\n" });
    problems = ["no pass for 5m"];
    assert.deepEqual(await get(server.port, "/readyz"), { status: 503, body: "no pass for 5m\n" });
    assert.equal((await get(server.port, "/healthz", "POST")).status, 405);
    assert.equal((await get(server.port, "/secret")).status, 404);
  });

  it("gives Prometheus what was counted", async () => {
    const metrics = createMetrics();
    await using server = await serveHealth("127.0.0.1:0", metrics, () => []);
    metrics.events.inc({ dataset: "apache.access" }, 3);
    const { body } = await get(server.port, "/metrics");
    assert.match(body, /^leafwatch_events_total\{dataset="apache.access"\} 3$/m);
    assert.match(body, /^leafwatch_process_resident_memory_bytes \d+$/m);
  });

  it("says so when its address is taken", async () => {
    await using server = await serveHealth("127.0.0.1:0", createMetrics(), () => []);
    await assert.rejects(
      serveHealth(`127.0.0.1:${server.port}`, createMetrics(), () => []),
      { code: "OBSERVE_LISTEN" },
    );
  });
});
