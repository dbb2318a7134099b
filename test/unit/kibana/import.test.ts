import assert from "node:assert/strict";
import { boards, bundle } from "../../../scripts/dashboards/bundle.ts";
import { playKibana, type PlayKibana } from "../../helpers/play-kibana.ts";
import { countActions, folder, memory, setUp } from "./set-up.ts";

const total = bundle().length;

describe("importDashboards, against a play Kibana", () => {
  it("creates everything in an empty space, with the data views of the namespace", async () => {
    await using kibana = await playKibana();
    const { steps, spaceCreated } = await setUp(kibana, { namespace: "staff" });
    assert.equal(spaceCreated, false);
    assert.deepEqual(countActions(steps), { create: total });
    const view = kibana.objects().get("index-pattern:leafwatch-logs");
    assert.equal(view?.attributes["title"], "logs-*-staff");
    const alerts = kibana.objects().get("index-pattern:leafwatch-alerts");
    assert.equal(alerts?.attributes["title"], "leafwatch-alerts-staff");
  });

  it("changes nothing at a second run, with a record and without", async () => {
    for (const record of [undefined, memory()]) {
      await using kibana = await playKibana();
      await setUp(kibana, { record });
      const { writes } = kibana;
      const { steps } = await setUp(kibana, { record });
      assert.deepEqual(countActions(steps), { unchanged: total });
      assert.equal(kibana.writes, writes);
    }
  });

  it("keeps what a user changed, unless it is told to overwrite", async () => {
    await using kibana = await playKibana();
    const record = memory();
    await setUp(kibana, { record });
    kibana.edit("dashboard:leafwatch-web", { title: "Our web" });

    const kept = await setUp(kibana, { record });
    assert.deepEqual(countActions(kept.steps), { unchanged: total - 1, keep: 1 });
    assert.equal(titleIn(kibana, "dashboard:leafwatch-web"), "Our web");
    assert.deepEqual(
      countActions((await setUp(kibana, { record })).steps),
      countActions(kept.steps),
    );

    const forced = await setUp(kibana, { record, overwrite: true });
    assert.deepEqual(countActions(forced.steps), { unchanged: total - 1, update: 1 });
    assert.equal(titleIn(kibana, "dashboard:leafwatch-web"), "[Leafwatch] Web");
  });

  it("updates what an older version wrote, but not where a user changed it since", async () => {
    await using kibana = await playKibana();
    const record = memory();
    await using older = await folder((object) => ({
      ...object,
      attributes: { ...object.attributes, description: "as it was" },
    }));
    await setUp(kibana, { record, directory: older.path });
    kibana.edit("dashboard:leafwatch-web", { title: "Our web" });
    const { steps } = await setUp(kibana, { record });
    const actions = new Map(steps.map(({ name, action }) => [`${name.type}:${name.id}`, action]));
    assert.equal(actions.get("dashboard:leafwatch-web"), "keep");
    assert.equal(actions.get("dashboard:leafwatch-overview"), "update");
    assert.equal(
      kibana.objects().get("dashboard:leafwatch-overview")?.attributes["description"],
      boards[0]?.description,
    );
  });

  it("does not take a Kibana upgrade, which rewrites contents, for a user's change", async () => {
    await using kibana = await playKibana();
    const record = memory();
    await setUp(kibana, { record });
    for (const held of kibana.objects().values()) held.attributes["migrated"] = true;
    assert.deepEqual(countActions((await setUp(kibana, { record })).steps), { unchanged: total });
  });

  it("removes what an older version wrote and this one has no more", async () => {
    await using kibana = await playKibana();
    const record = memory();
    await using older = await folder(
      (object) => object,
      [extra("leafwatch-search-gone"), extra("leafwatch-search-edited")],
    );
    await setUp(kibana, { record, directory: older.path });
    kibana.edit("search:leafwatch-search-edited", { title: "Mine now" });
    const { steps } = await setUp(kibana, { record });
    assert.deepEqual(countActions(steps), { unchanged: total, remove: 1, keep: 1 });
    assert.equal(kibana.objects().has("search:leafwatch-search-gone"), false);
    assert.equal(kibana.objects().has("search:leafwatch-search-edited"), true);
  });

  it("creates again what was deleted", async () => {
    await using kibana = await playKibana();
    await setUp(kibana, {});
    kibana.objects().delete("dashboard:leafwatch-web");
    const { steps } = await setUp(kibana, {});
    assert.deepEqual(countActions(steps), { unchanged: total - 1, create: 1 });
  });

  it("writes nothing in a dry run, and says what it would do", async () => {
    await using kibana = await playKibana();
    const planned = await setUp(kibana, { dryRun: true, space: "ops" });
    assert.deepEqual(countActions(planned.steps), { create: total });
    assert.equal(planned.spaceCreated, true);
    assert.equal(kibana.writes, 0);
    const record = memory();
    await setUp(kibana, { record });
    const { writes } = kibana;
    kibana.edit("dashboard:leafwatch-web", { title: "Our web" });
    const again = await setUp(kibana, { record, dryRun: true, overwrite: true });
    assert.deepEqual(countActions(again.steps), { unchanged: total - 1, update: 1 });
    assert.equal(kibana.writes, writes);
  });

  it("makes a missing space and imports into it", async () => {
    await using kibana = await playKibana();
    const { spaceCreated } = await setUp(kibana, { space: "ops" });
    assert.equal(spaceCreated, true);
    assert.equal(kibana.objects("ops").size, total);
    assert.equal(kibana.objects().size, 0);
    assert.equal((await setUp(kibana, { space: "ops" })).spaceCreated, false);
  });

  it("finds its objects again in a space where Kibana gave them new ids", async () => {
    await using kibana = await playKibana();
    await setUp(kibana, {});
    for (const record of [memory(), undefined]) {
      const { steps } = await setUp(kibana, { record, space: "ops" });
      const web = steps.find(({ name }) => name.id === "leafwatch-web");
      assert.ok(web && web.installedAs !== "leafwatch-web", "a new id");
      assert.ok(kibana.objects("ops").has(`dashboard:${web.installedAs}`));
      const { writes } = kibana;
      const second = await setUp(kibana, { record, space: "ops" });
      assert.deepEqual(countActions(second.steps), { unchanged: total });
      assert.equal(kibana.writes, writes);
    }
  });
});

function extra(id: string) {
  const like = bundle().find(({ type }) => type === "search");
  return { ...like, id };
}

function titleIn(kibana: PlayKibana, key: string): unknown {
  return kibana.objects().get(key)?.attributes["title"];
}
