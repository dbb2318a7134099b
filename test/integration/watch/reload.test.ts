import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { elasticsearchUrl, foundSoFar } from "../../helpers/elasticsearch.ts";
import { until } from "../../helpers/poll.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { createWorld, type World } from "./world.ts";

const rule = (id: string, rest = "") =>
  `  - { id: ${id}, every: 1s, delay: 1s, match: { event.outcome: failure }, within: 5m, count: { gte: 3 }${rest} }\n`;
const file = (...rules: string[]) => `version: 1\nrules:\n${rules.join("")}`;

const startCli = (command: string, config: string) =>
  spawn(process.execPath, ["--import", "tsx", "src/cli.ts", command, "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
  });

/** On a loaded machine a process takes its time to start. */
const patientMs = 120_000;

describe("watch: a running watcher whose rule files change", function () {
  this.timeout(3 * patientMs);
  let world: World;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let watcher: ChildProcess;
  let log = "";

  const put = (path: string, text: string) => writeFile(join(folder.path, path), text);
  /** When each rule was last judged, epoch milliseconds. */
  async function judged(): Promise<Map<string, number>> {
    const index = `leafwatch-cursors-${world.namespace}`;
    await world.client.indices.refresh({ index, ignore_unavailable: true });
    interface Cursor {
      rule: string;
      passed_at: string;
    }
    const hits = await foundSoFar<Cursor>(world.client, { index, size: 100 });
    const cursors = hits.flatMap(({ _source }) => (_source ? [_source] : []));
    return new Map(cursors.map((one) => [one.rule, Date.parse(one.passed_at)]));
  }
  /** Waits until each rule is judged by a pass that began later than `after`. */
  const judgedAfter = (after: number, ...rules: string[]) =>
    until(
      `${rules.join(" and ")} are judged`,
      async () => {
        const passed = await judged();
        return rules.every((id) => (passed.get(id) ?? 0) > after);
      },
      patientMs,
    );
  /** Waits until the log has one more line with this message; resolves to it. */
  function logged(message: string): () => Promise<string> {
    const lines = () => log.split("\n").filter((line) => line.includes(message));
    const before = lines().length;
    return () => until(`it logs "${message}"`, () => lines()[before], patientMs);
  }

  before(async () => {
    world = await createWorld();
    folder = await temporaryFolder();
    await mkdir(join(folder.path, "rules"));
    await put("rules/a.yml", file(rule("first")));
    const config = {
      namespace: world.namespace,
      elasticsearch: { url: await elasticsearchUrl() },
      hosts: [],
      watch: { rules: `${folder.path}/rules/*.yml` },
    };
    await put("leafwatch.yml", JSON.stringify(config));
    watcher = startCli("watch", join(folder.path, "leafwatch.yml"));
    watcher.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    await judgedAfter(0, "first");
  });
  after(async () => {
    if (watcher.exitCode === null && watcher.signalCode === null) {
      const ended = once(watcher, "exit");
      watcher.kill("SIGKILL");
      await ended;
    }
    await folder[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  it("keeps the rules that it has at SIGHUP while any file has a mistake, and says which", async () => {
    const refused = logged("changed rule files have mistakes: the rules read before run on");
    // The mistake first: a tick between the two would take what is right so far.
    await put("rules/b.yml", file(rule("third", ", cuont: { gte: 1 }")));
    await put("rules/a.yml", file(rule("first"), rule("second")));
    watcher.kill("SIGHUP");
    assert.match(await refused(), /rules\/b\.yml:3:\d+: .*cuont.*did you mean \\"count\\"/);
    await judgedAfter(Date.now(), "first");
    assert.deepEqual([...(await judged()).keys()], ["first"], "no rule of the new set");
  });

  it("takes all of the new rules at SIGHUP when the file is mended", async () => {
    const taken = logged("rule files are read again");
    await put("rules/b.yml", file(rule("third")));
    watcher.kill("SIGHUP");
    await taken();
    await judgedAfter(Date.now(), "first", "second", "third");
    // Unchanged files it reads at a signal only.
    const again = logged("rule files are read again");
    watcher.kill("SIGHUP");
    await again();
  });

  it("takes a file that changes without being told", async () => {
    await rm(join(folder.path, "rules/a.yml"));
    await put("rules/c.yml", file(rule("fourth")));
    await judgedAfter(Date.now(), "third", "fourth");
    const gone = (await judged()).get("first");
    await judgedAfter(Date.now(), "fourth");
    assert.equal((await judged()).get("first"), gone, "it is judged no more");
  });

  it("ends with 0 at SIGTERM", async () => {
    const ended = once(watcher, "exit");
    watcher.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
  });
});

describe("watch: what waits for its cluster", function () {
  this.timeout(2 * patientMs);

  for (const [command, hangsUp] of [
    ["watch", true],
    ["run", true],
    ["ship", false],
  ] as const) {
    it(`ends with 0 at SIGTERM${hangsUp ? " and not at SIGHUP" : ""}: ${command}`, async () => {
      await using folder = await temporaryFolder();
      const cluster = createServer((_request, response) => response.writeHead(503).end());
      await once(cluster.listen(0, "127.0.0.1"), "listening");
      const { port } = cluster.address() as AddressInfo;
      const path = join(folder.path, "leafwatch.yml");
      await writeFile(
        path,
        JSON.stringify({ elasticsearch: { url: `http://127.0.0.1:${port}` }, hosts: [] }),
      );
      const waiting = startCli(command, path);
      const ended = once(waiting, "exit");
      try {
        let told = "";
        waiting.stderr.setEncoding("utf8").on("data", (text: string) => (told += text));
        const times = () => told.split('"waiting for Elasticsearch"').length - 1;
        await until("it waits", () => times() > 0, patientMs);
        const before = times();
        if (hangsUp) waiting.kill("SIGHUP");
        await until("it goes on waiting", () => times() > before, patientMs);
        waiting.kill("SIGTERM");
        assert.deepEqual(await ended, [0, null]);
      } finally {
        waiting.kill("SIGKILL");
        await ended;
        cluster.close();
      }
    });
  }
});
