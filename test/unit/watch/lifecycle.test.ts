import assert from "node:assert/strict";
import { parseRuleFile } from "../../../src/watch/parse-rule-file.ts";
import { memoryWorld, type MemoryWorld } from "./memory-world.ts";

const start = Date.UTC(2026, 10, 16, 10);
const minute = 60_000;
const hour = 60 * minute;
const at = (minutes: number) => start + minutes * minute;

const brute = `
  - id: brute
    title: "Brute force from {source.ip}"
    match: { event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    count: { gte: 3 }
    notify: { to: [security] }
`;
const other = brute.replace("id: brute", "id: other").replace("gte: 3", "gte: 100");
const burst = (world: MemoryWorld, from: number, fields = {}) => {
  for (const n of [0, 1, 2]) world.write(from + n, fields);
};

describe("watch: rules that are taken away", () => {
  it("ends their alerts, closed with the reason, and tells nobody", async () => {
    const world = await memoryWorld(brute + other, start);
    burst(world, at(1));
    await world.pass(at(5));
    assert.equal(world.rows.length, 1);
    const { rules } = await parseRuleFile(`version: 1\nrules:\n${other}`, "r.yml");
    const result = await world.pass(at(6), { rules, complete: true });
    assert.equal(result.changed, 1);
    const [alert] = world.alerts();
    assert.deepEqual(
      [alert?.state, alert?.workflow, alert?.closed],
      [
        "recovered",
        "closed",
        { at: new Date(at(6)).toISOString(), by: "leafwatch", note: "the rule was removed" },
      ],
    );
    assert.deepEqual(world.steps(), ["active", "rule-removed"]);
    await world.pass(at(90), { rules, complete: true });
    assert.deepEqual(world.steps(), ["active", "rule-removed"]);
    assert.equal(world.rows.length, 1);
  });

  it("leaves them alone while some rules are refused", async () => {
    const world = await memoryWorld(brute, start);
    burst(world, at(1));
    await world.pass(at(5));
    await world.pass(at(6), { rules: [], complete: false });
    assert.equal(world.alerts()[0]?.state, "active");
  });

  it("opens the alert again when the rule comes back and finds more", async () => {
    const world = await memoryWorld(brute, start);
    burst(world, at(1));
    await world.pass(at(5));
    await world.pass(at(6), { rules: [], complete: true });
    burst(world, at(60));
    await world.pass(at(65));
    const [alert, ...others] = world.alerts();
    assert.equal(others.length, 0);
    assert.deepEqual([alert?.state, alert?.workflow], ["active", "open"]);
  });
});

describe("watch: events that are later than late", () => {
  it("are counted once, by whichever watcher sees them, and left out", async () => {
    const world = await memoryWorld(brute, start);
    await world.pass(at(5));
    burst(world, at(-1440), {});
    for (const n of [0, 1, 2]) world.write(at(-1440) + n, {}, 24 * hour + 6 * minute);
    const seen = [];
    for (const now of [at(8), at(9), at(20)]) {
      const both = await Promise.all([world.pass(now), world.pass(now)]);
      seen.push(...both.map(({ tooLate }) => tooLate));
    }
    assert.equal(
      seen.reduce((sum, n) => sum + n, 0),
      3,
    );
    const cursors = await world.state.cursors(new AbortController().signal);
    assert.equal(cursors.get("brute")?.value.tooLate, 3);
  });
});

describe("watch: what keeps mails back", () => {
  const rules = `
  - id: silent
    dataset: [system.auth]
    group_by: [host.name]
    silence: { after: 15m }
    close_after: 1m
    inhibits: [brute]
    notify: { to: [security] }
${brute.replace("group_by: [source.ip]", "group_by: [host.name]\n    close_after: 2h").replace("{source.ip}", "{host.name}")}`;

  it("an active rule keeps back those that it inhibits about the same source, until it is over", async () => {
    const world = await memoryWorld(rules, start);
    const send = (m: number, host: string, dataset: string, n = 0) => {
      world.write(at(m) + n, { "host.name": host, "event.dataset": dataset });
    };
    // The logins of app1 fall silent, those of app2 go on; from both come too many failed requests.
    send(0, "app1", "system.auth");
    for (let m = 0; m <= 70; m += 10) send(m, "app2", "system.auth");
    for (const host of ["app1", "app2"]) {
      for (const n of [0, 1, 2]) send(18, host, "apache.access", n);
    }
    await world.pass(at(20));
    const told = () =>
      world.rows.map(({ alert, transition }) =>
        [alert.rule.id, alert.group["host.name"], transition].join(" "),
      );
    assert.deepEqual(told().sort(), ["brute app2 active", "silent app1 active"]);
    const kept = world
      .alerts()
      .find(({ rule, group }) => rule.id === "brute" && group["host.name"] === "app1");
    assert.deepEqual([kept?.state, kept?.muted_by], ["active", "silent"]);
    for (let m = 22; m <= 40; m += 2) send(m, "app1", "system.auth");
    await world.pass(at(30));
    await world.pass(at(31));
    assert.ok(told().includes("brute app1 active"), told().join());
  });

  it("a mute records the alert all the same, by whom it is kept back, and mails at its end", async () => {
    let holds = true;
    const mute = { name: "ops: test", owner: "ops", reason: "test", rules: ["brute"], group: {} };
    const mutes = [{ ...mute, from: -Infinity, until: at(6), holds: () => holds }];
    const world = await memoryWorld(brute, start, { mutes });
    burst(world, at(1));
    await world.pass(at(5));
    assert.equal(world.alerts()[0]?.muted_by, "ops: test");
    assert.deepEqual(world.rows, []);
    holds = false;
    await world.pass(at(6));
    assert.deepEqual(
      world.rows.map(({ transition }) => transition),
      ["active"],
    );
    assert.equal(world.alerts()[0]?.muted_by, undefined);
  });
});

describe("watch: what an alert is called", () => {
  const nameOf = async (lines: string) => {
    const world = await memoryWorld(`  - id: many-404-by-site${lines}`, start);
    burst(world, at(1));
    await world.pass(at(5));
    const [document] = await world.state
      .alerts([world.alerts()[0]?.id ?? ""], new AbortController().signal)
      .then((all) => [...all.values()]);
    return [document?.value.rule.name, document?.value.message];
  };
  const rest =
    "\n    match: { event.outcome: failure }\n    group_by: [source.ip]\n    within: 5m\n    count: { gte: 3 }\n";
  it("is the rule's name, a title without placeholders, or its id in words", async () => {
    assert.deepEqual(
      await nameOf(`\n    name: Not found\n    title: "404 from {source.ip}"${rest}`),
      ["Not found", "404 from 192.0.2.1"],
    );
    assert.deepEqual(await nameOf(`\n    title: Pages not found${rest}`), [
      "Pages not found",
      "Pages not found",
    ]);
    assert.deepEqual(await nameOf(`\n    title: "404 from {source.ip}"${rest}`), [
      "Many 404 by site",
      "404 from 192.0.2.1",
    ]);
  });
});
