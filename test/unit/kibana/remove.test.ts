import assert from "node:assert/strict";
import { bundle } from "../../../scripts/dashboards/bundle.ts";
import { kibanaOptions } from "../../../src/kibana/options.ts";
import { removeDashboards } from "../../../src/kibana/remove.ts";
import { playKibana } from "../../helpers/play-kibana.ts";
import { directory, memory, setUp } from "./set-up.ts";

const total = bundle().length;

describe("removeDashboards, against a play Kibana", () => {
  let signal: AbortSignal;

  beforeEach(() => {
    signal = AbortSignal.timeout(20_000);
  });

  it("removes all of ours by id and nothing else, also under new ids", async () => {
    await using kibana = await playKibana();
    await setUp(kibana, {});
    const record = memory();
    await setUp(kibana, { record, space: "ops" });
    kibana.objects("ops").set("dashboard:mine", {
      type: "dashboard",
      id: "mine",
      attributes: { title: "Mine" },
      references: [],
    });
    const request = {
      options: kibanaOptions.parse({ url: kibana.url, space: "ops" }),
      directory,
      namespace: "leafwatch",
      record,
    };
    const planned = await removeDashboards({ ...request, dryRun: true }, signal);
    assert.equal(planned.length, total);
    assert.equal(kibana.objects("ops").size, total + 1);
    assert.equal((await removeDashboards(request, signal)).length, total);
    assert.deepEqual([...kibana.objects("ops").keys()], ["dashboard:mine"]);
    assert.equal(kibana.objects().size, total, "the other space is untouched");
    assert.deepEqual(await removeDashboards(request, signal), []);
  });

  it("has nothing to do in a space that does not exist", async () => {
    await using kibana = await playKibana();
    const options = kibanaOptions.parse({ url: kibana.url, space: "none" });
    assert.deepEqual(
      await removeDashboards({ options, directory, namespace: "leafwatch" }, signal),
      [],
    );
  });
});
