import assert from "node:assert/strict";
import { boards } from "../../../scripts/dashboards/bundle.ts";
import { importDashboards } from "../../../src/kibana/import.ts";
import { kibanaOptions } from "../../../src/kibana/options.ts";
import { AppError } from "../../../src/lib/errors.ts";
import { playKibana, type PlayKibanaOptions } from "../../helpers/play-kibana.ts";
import { directory, folder, setUp } from "./set-up.ts";

describe("importDashboards, when a play Kibana refuses", () => {
  it("treats success: false as an error that names each object and its reason", async () => {
    await using broken = await folder((object) =>
      object.type === "dashboard"
        ? {
            ...object,
            references: [...object.references, { type: "search", id: "no-such", name: "x" }],
          }
        : object,
    );
    await using kibana = await playKibana();
    await assert.rejects(setUp(kibana, { directory: broken.path }), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "KIBANA_IMPORT_FAILED");
      for (const board of boards) {
        assert.match(
          error.message,
          new RegExp(`dashboard ${board.id} .*: missing_references \\(search:no-such\\)`),
        );
      }
      return true;
    });
    assert.equal(kibana.objects().size, 0);
  });

  it("says a conflict that looking again does not explain", async () => {
    const conflict = { type: "dashboard", id: "leafwatch-web", error: { type: "conflict" } };
    await using kibana = await playKibana({
      answer: ({ path }) =>
        path.endsWith("_import")
          ? {
              status: 200,
              body: JSON.stringify({ success: false, successCount: 3, errors: [conflict] }),
            }
          : { status: 200, body: "" },
    });
    await assert.rejects(setUp(kibana, {}), /dashboard leafwatch-web: conflict/);
  });

  it("shows hostile text in an answer visibly", async () => {
    const failure = {
      type: "tag",
      id: "x",
      title: "a\u001b[2Jb",
      error: { type: "unknown", message: "\u202egood" },
    };
    await using kibana = await playKibana({
      answer: ({ path }) =>
        path.endsWith("_import")
          ? { status: 200, body: JSON.stringify({ success: false, errors: [failure] }) }
          : { status: 200, body: "" },
    });
    await assert.rejects(setUp(kibana, {}), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.match(error.message, /a\\u001b\[2Jb/);
      assert.doesNotMatch(error.message, /[\u001b\u202e]/);
      return true;
    });
  });

  const answers: [string, PlayKibanaOptions["answer"], string][] = [
    [
      "a Kibana that still starts",
      () => ({ status: 503, body: "Kibana server is not ready yet" }),
      "KIBANA_NOT_READY",
    ],
    [
      "a missing right",
      () => ({ status: 403, body: '{"message":"Forbidden"}' }),
      "KIBANA_FORBIDDEN",
    ],
    [
      "a page that is no Kibana",
      () => ({ status: 200, body: "<html>Welcome</html>" }),
      "KIBANA_UNEXPECTED",
    ],
    ["a redirect to a login page", () => ({ status: 302, body: "" }), "KIBANA_UNEXPECTED"],
    ["an internal error", () => ({ status: 500, body: "{}" }), "KIBANA_UNEXPECTED"],
    ["objects from the future", () => ({ status: 422, body: "{}" }), "KIBANA_UNEXPECTED"],
  ];
  for (const [what, answer, code] of answers) {
    it(`says ${what}`, async () => {
      await using kibana = await playKibana({ answer });
      await assert.rejects(setUp(kibana, {}), { name: "AppError", code });
    });
  }

  it("says that nobody listens at the address", async () => {
    const { url } = await playKibana().then(async (kibana) => {
      await kibana[Symbol.asyncDispose]();
      return kibana;
    });
    await assert.rejects(setUp({ url }, {}), { code: "KIBANA_UNREACHABLE", retryable: true });
  });

  it("logs in with a key or as a user, and says a refused login without the secret", async () => {
    const basic = `Basic ${Buffer.from("elastic:s3cret").toString("base64")}`;
    await using kibana = await playKibana({ authorization: ["ApiKey abc", basic] });
    await setUp(kibana, { login: { api_key: "abc" } });
    await setUp(kibana, { login: { username: "elastic", password: "s3cret" } });
    await assert.rejects(setUp(kibana, { login: { api_key: "wr0ng" } }), (error: unknown) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, "KIBANA_LOGIN_REFUSED");
      assert.doesNotMatch(`${error.message} ${error.hint}`, /wr0ng/);
      return true;
    });
  });

  it("stops when it is told to", async () => {
    await using kibana = await playKibana();
    await assert.rejects(
      importDashboards(
        { options: kibanaOptions.parse({ url: kibana.url }), directory, namespace: "leafwatch" },
        AbortSignal.abort(),
      ),
      { name: "AbortError" },
    );
  });

  it("refuses a folder without dashboards", async () => {
    await using kibana = await playKibana();
    await assert.rejects(setUp(kibana, { directory: import.meta.dirname }), {
      code: "KIBANA_DASHBOARDS_MISSING",
    });
  });
});
