import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkBundle } from "../../../scripts/dashboards/check/bundle.ts";
import { readMapping, type Mapping } from "../../../scripts/dashboards/check/mapping.ts";
import { mutate, pack, plus, reversed, same, unpack, without } from "./mutate.ts";

const root = join(import.meta.dirname, "../../..");
const web = "dashboard:leafwatch-web";
const logins = "dashboard:leafwatch-logins";
const sources = `${logins}/[Top sources of failures]`;
const requests = `${web}/[Requests]`;
const clients = `${web}/[Top clients]`;
const lens = "embeddableConfig/attributes/state";
const layer = `${lens}/datasourceStates/formBased/layers/l1`;
const links = `${web}/attributes/panelsJSON/0/embeddableConfig/attributes/links`;
const control = `${web}/attributes/controlGroupInput/panelsJSON/0`;
const drilldown = `${clients}/embeddableConfig/enhancements/dynamicActions/events/0`;
const uuid = "94ee633b-6410-512e-ae79-ae5e3221de65";

/**
 * What is broken, where (`[Title]` is the panel with that title, a number the nth entry), what stands there instead
 * (undefined: nothing; a function: made of what stood there), and what the checker must say.
 */
type Mutation = [string, string, unknown, RegExp];

/* Each is one thing that Kibana's import lets pass, or answers with an error that says little. */
const mutations: Mutation[] = [
  ["no coreMigrationVersion", `${web}/coreMigrationVersion`, undefined, /coreMigrationVersion/],
  [
    "a dashboard of a newer version",
    `${web}/typeMigrationVersion`,
    "10.2.0",
    /typeMigrationVersion/,
  ],
  ["an unknown type of object", `${web}/type`, "visualization", /Invalid/],
  ["an id of somebody else", `${web}/id`, "logs-web", /at id/],
  ["two objects with one id", `${logins}/id`, "leafwatch-web", /stands twice/],
  ["JSON that is none", `${web}/attributes/optionsJSON`, "{", /no JSON/],
  ["a dashboard without time", `${web}/attributes/timeRestore`, false, /timeRestore/],
  ["a cursor that is not shared", `${web}/attributes/optionsJSON/syncCursor`, false, /syncCursor/],
  ["a missing reference", `${web}/references`, without(0), /is missing/],
  [
    "a reference that nothing uses",
    `${web}/references`,
    plus({ type: "search", id: "leafwatch-search-events", name: "x" }),
    /nothing uses/,
  ],
  [
    "a reference of another type",
    `${web}/references/0/type`,
    "search",
    /where a dashboard is meant/,
  ],
  [
    "a reference to an object that is not there",
    `${web}/references/0/id`,
    "leafwatch-none",
    /not in the bundle/,
  ],
  [
    "a reference that stands twice",
    `${web}/references/1/name`,
    same(`${web}/references/0/name`),
    /stands twice/,
  ],
  ["a board without our tag", `${web}/references`, without(-1), /tag-ref.* is missing/],
  [
    "two data views in one panel",
    `${requests}/embeddableConfig/attributes/references/0/id`,
    "leafwatch-alerts",
    /different data views/,
  ],
  ["panels that overlap", `${clients}/gridData/x`, 4, /overlaps/],
  ["a panel beyond the edge", `${clients}/gridData/x`, 40, /outside the grid/],
  ["a hole in the grid", `${clients}/gridData/w`, 10, /hole/],
  ["a panel with two indexes", `${clients}/gridData/i`, "x", /gridData\.i/],
  ["two titles", `${clients}/embeddableConfig/title`, "Other", /two titles/],
  ["no row of links", `${web}/attributes/panelsJSON`, without(0), /no row of links/],
  ["a link too few", links, without(0), /every board/],
  ["a link whose name does not follow from its id", `${links}/0/id`, uuid, /does not follow/],
  ["links out of order", `${links}/0/order`, 3, /out of order/],
  ["a control with another id inside", `${control}/explicitInput/id`, uuid, /another id inside/],
  [
    "a control on a field that is not there",
    `${control}/explicitInput/fieldName`,
    "host.nam",
    /host\.nam is in no template/,
  ],
  ["a control on full text", `${control}/explicitInput/fieldName`, "message", /cannot be counted/],
  ["a control of an unknown kind", `${control}/type`, "optionsList", /type/],
  ["a drilldown on an unknown trigger", `${drilldown}/triggers`, ["CLICK"], /triggers/],
  ["a drilldown without its reference", `${drilldown}/eventId`, uuid, /is missing/],
  [
    "an unknown visualisation",
    `${requests}/embeddableConfig/attributes/visualizationType`,
    "lnsLegacyMetric",
    /visualizationType/,
  ],
  [
    "a column that columnOrder forgets",
    `${sources}/${layer}/columnOrder`,
    without(-1),
    /columnOrder/,
  ],
  ["a bucket after a number", `${sources}/${layer}/columnOrder`, reversed, /bucket stands after/],
  [
    "an order by a column that is not there",
    `${sources}/${layer}/columns/row0/params/orderBy/columnId`,
    "value9",
    /not there/,
  ],
  [
    "an order by a bucket",
    `${sources}/${layer}/columns/row0/params/orderBy/columnId`,
    "row0",
    /ordered by a bucket/,
  ],
  [
    "a split behind the time axis",
    `${logins}/[Logins by outcome]/${layer}/columnOrder`,
    ["time", "split", "value"],
    /split must stand before/,
  ],
  [
    "a picture of a column that is not there",
    `${requests}/${lens}/visualization/metricAccessor`,
    "v",
    /no column/,
  ],
  [
    "a picture of a bucket as a number",
    `${web}/[Methods]/${lens}/visualization/layers/0/metrics`,
    ["slice"],
    /takes slice for a number/,
  ],
  [
    "a column that nothing shows",
    `${sources}/${lens}/visualization/columns`,
    without(-1),
    /nowhere shown/,
  ],
  ["a column without scale", `${requests}/${layer}/columns/value/scale`, undefined, /scale/],
  [
    "a count without its source",
    `${requests}/${layer}/columns/value/sourceField`,
    "@timestamp",
    /sourceField/,
  ],
  [
    "an address taken for text",
    `${sources}/${layer}/columns/row0/dataType`,
    "string",
    /dataType is string, not ip/,
  ],
  [
    "a field that is not there",
    `${sources}/${layer}/columns/row0/sourceField`,
    "source.address.ip",
    /in no template/,
  ],
  [
    "top values of full text",
    `${logins}/[Users tried]/${layer}/columns/row0/sourceField`,
    "message",
    /cannot be counted/,
  ],
  ["a sum of a name", `${sources}/${layer}/columns/value0/sourceField`, "user.name", /no number/],
  [
    "an unknown operation",
    `${sources}/${layer}/columns/value0/operationType`,
    "formula",
    /operationType/,
  ],
  [
    "KQL that is none",
    `${requests}/${lens}/query/query`,
    "event.dataset: (apache.access or",
    /ends too early/,
  ],
  [
    "KQL on a field that is not there",
    `${requests}/${lens}/query/query`,
    "event.datasets: a",
    /event\.datasets is in no template/,
  ],
  ["a range of a name", `${requests}/${lens}/query/query`, "user.name >= 5", /no range/],
  [
    "a word for a number",
    `${requests}/${lens}/query/query`,
    "http.response.status_code: ok",
    /ok is none/,
  ],
  ["a query in another language", `${requests}/${lens}/query/language`, "lucene", /language/],
  [
    "a saved search with a column that is not there",
    "search:leafwatch-search-events/attributes/columns/0",
    "mesage",
    /mesage is in no template/,
  ],
  [
    "a data view without time",
    "index-pattern:leafwatch-logs/attributes/timeFieldName",
    undefined,
    /timeFieldName/,
  ],
];

describe("the dashboards' checker", () => {
  let text: string;
  let mapping: Mapping;

  before(async () => {
    text = await readFile(join(root, "dashboards/leafwatch.ndjson"), "utf8");
    mapping = await readMapping(join(root, "index-templates"));
  });

  it("has nothing against what we install", () => {
    assert.deepEqual(checkBundle(text, mapping), []);
  });

  it("sees a file that is cut off", () => {
    assert.notDeepEqual(checkBundle(text.slice(0, -10), mapping), []);
  });

  for (const [what, path, to, expected] of mutations) {
    it(`refuses ${what}`, () => {
      const bundle = unpack(text);
      mutate(bundle, path, to);
      assert.match(checkBundle(pack(bundle), mapping).join("\n"), expected);
    });
  }
});
