import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silentLog } from "../../../src/lib/log.ts";
import { loadRules } from "../../../src/watch/load-rules.ts";
import { memoryEvents } from "../../../src/watch/memory-events.ts";
import { memoryState } from "../../../src/watch/memory-state.ts";
import { loadMutes } from "../../../src/watch/mute-file.ts";
import { createReloader, refusals, type WatchFiles } from "../../../src/watch/reload.ts";
import { watcherOver } from "../../../src/watch/watcher.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const rule = (id: string, limit = 3) =>
  `  - id: ${id}\n    match: { event.outcome: failure }\n    within: 5m\n    count: { gte: ${limit} }\n`;
const list = "  - id: listed\n    indicator: { field: source.ip, list: bad.txt }\n";
const file = (...rules: string[]) => `version: 1\nrules:\n${rules.join("")}`;
const noMutes = "version: 1\nmutes: []\n";
const mute =
  "version: 1\nmutes:\n  - { owner: ops, reason: test, until: 2030-01-01, rules: [a] }\n";

describe("watch/reload", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, "rules"));
    await put("rules/a.yml", file(rule("a")));
    await put("rules/bad.txt", "192.0.2.66\n");
    await put("mutes.yml", noMutes);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const put = (path: string, text: string) => writeFile(join(folder.path, path), text);

  /** A watcher of the folder's rules, what reads them again, and what a pass would judge by. */
  async function watching() {
    const load = async (): Promise<WatchFiles> => {
      const mutes = join(folder.path, "mutes.yml");
      return {
        set: await loadRules(join(folder.path, "rules/*.yml")),
        mutes: await loadMutes(mutes),
        files: [mutes],
      };
    };
    const first = await load();
    const watcher = watcherOver({
      events: memoryEvents(),
      state: memoryState(),
      namespace: "test",
      rules: first.set.rules,
      enqueue: async () => {},
      log: silentLog,
    });
    const reloader = createReloader(watcher, first, load, silentLog);
    await reloader.refresh(false);
    return {
      reloader,
      limits: () => watcher.rules.map((one) => `${one.id} ${one.condition.threshold}`),
    };
  }

  it("reads nothing again while no file changes, and everything when it is told to", async () => {
    const { reloader } = await watching();
    const { rules } = await loadRules(join(folder.path, "rules/*.yml"));
    assert.equal(rules.length, 1);
    assert.deepEqual(await reloader.refresh(false), []);
    assert.deepEqual(await reloader.refresh(true), []);
  });

  it("takes a changed file, a new one and one that is gone", async () => {
    const { reloader, limits } = await watching();
    await put("rules/a.yml", file(rule("a", 30)));
    await reloader.refresh(false);
    assert.deepEqual(limits(), ["a 30"]);
    await put("rules/b.yml", file(rule("b")));
    await reloader.refresh(false);
    assert.deepEqual(limits(), ["a 30", "b 3"]);
    await rm(join(folder.path, "rules/a.yml"));
    await reloader.refresh(false);
    assert.deepEqual(limits(), ["b 3"]);
  });

  it("runs on with all old rules while any file has a mistake, says which, and is over it when mended", async () => {
    const { reloader, limits } = await watching();
    await put("rules/a.yml", file(rule("a", 99)));
    await put("rules/b.yml", file(rule("b", 0)));
    const [problem, ...others] = await reloader.refresh(false);
    assert.deepEqual(others, []);
    assert.equal(problem?.key, "rules-not-reloaded");
    assert.match(problem.detail, /rules\/b\.yml:6:19: count\.gte/);
    assert.deepEqual(limits(), ["a 3"], "not one rule of the new set");
    assert.deepEqual(await reloader.refresh(false), [problem], "it lasts");
    await put("rules/b.yml", file(rule("b", 10)));
    assert.deepEqual(await reloader.refresh(false), []);
    assert.deepEqual(limits(), ["a 99", "b 10"]);
  });

  it("runs on with the old rules when a file of mutes is wrong or gone", async () => {
    const { reloader, limits } = await watching();
    await put("rules/a.yml", file(rule("a", 99)));
    await put("mutes.yml", mute.replace("owner: ops, ", ""));
    assert.match((await reloader.refresh(false))[0]?.detail ?? "", /owner is missing/);
    await rm(join(folder.path, "mutes.yml"));
    assert.match((await reloader.refresh(true))[0]?.detail ?? "", /ENOENT/);
    assert.deepEqual(limits(), ["a 3"]);
    await put("mutes.yml", mute);
    assert.deepEqual(await reloader.refresh(false), []);
    assert.deepEqual(limits(), ["a 99"]);
  });

  it("reads a list of known-bad values again when it changes", async () => {
    await put("rules/a.yml", file(list));
    const { reloader } = await watching();
    await put("rules/bad.txt", "no address\n");
    assert.match((await reloader.refresh(false))[0]?.detail ?? "", /no value in line 1/);
  });

  it("names each refused rule once, with all its reasons", () => {
    const at = { file: "a.yml", line: 1, column: 2 };
    const problems = refusals([
      { ...at, rule: "one", message: "x" },
      { ...at, rule: "one", message: "y" },
      { ...at, message: "z" },
    ]);
    assert.deepEqual(
      problems.map(({ key, detail }) => [key, detail]),
      [
        ["rule-refused:one", "a.yml:1:2: x\na.yml:1:2: y"],
        ["rule-refused:a.yml", "a.yml:1:2: z"],
      ],
    );
  });
});
