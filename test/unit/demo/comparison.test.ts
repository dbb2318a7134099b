import assert from "node:assert/strict";
import { compare, type StoredEvent } from "../../../scripts/demo/stored.ts";
import { compareAlerts } from "../../../scripts/demo/raised.ts";
import { mailProblems, readMails } from "../../../scripts/demo/mails.ts";
import { alertProblems, documentProblems } from "../../../scripts/demo/problems.ts";
import type { WrittenLine } from "../../../scripts/demo/log-files.ts";
import type { ExpectedAlert } from "../../../scripts/demo/world/attack.ts";
import type { AlertDocument } from "../../../src/model/alert-document.ts";

const line = (offset: number, text: string): WrittenLine => ({
  host: "web1",
  path: "/var/log/apache2/access.log",
  dataset: "apache.access",
  offset,
  time: 0,
  line: text,
});
const event = ({ line: original, ...rest }: WrittenLine): StoredEvent => ({
  ...rest,
  original,
  unparsed: false,
});

describe("the demo's comparison of lines and documents", () => {
  const written = [line(0, "a"), line(2, "b"), line(4, "b")];

  it("finds nothing wrong where each line is one document", async () => {
    const result = await compare(written, written.map(event));
    assert.deepEqual(documentProblems(result), []);
    assert.deepEqual([result.documents, result.byDataset], [3, { "apache.access": 3 }]);
  });

  it("counts a second document of a line as a duplicate", async () => {
    const result = await compare(written, [...written, line(2, "b")].map(event));
    assert.deepEqual([result.documents, result.duplicates, result.missing.length], [4, 1, 0]);
    assert.match(documentProblems(result).join(), /1 documents stand for a line that has one/);
  });

  it("names a line without a document", async () => {
    const result = await compare(written, written.slice(0, 2).map(event));
    assert.deepEqual(result.missing, [line(4, "b")]);
    assert.match(documentProblems(result).join(), /1 written lines .* web1:\S+ at 4: b$/);
  });

  it("takes a document with another offset, text, path or dataset for a foreign one", async () => {
    for (const change of [
      { offset: 3 },
      { original: "B" },
      { path: "/var/log/apache2/access.log.1" },
      { dataset: "apache.error" },
      { host: undefined },
    ]) {
      const stored = [{ ...event(line(0, "a")), ...change }];
      const result = await compare([line(0, "a")], stored);
      assert.deepEqual([result.documents, result.foreign.length, result.missing.length], [0, 1, 1]);
      assert.equal(documentProblems(result).length, 2);
    }
  });

  it("expects one document for each of two equal lines in two files of one path", async () => {
    const twice = [line(0, "a"), line(0, "a")];
    assert.deepEqual(documentProblems(await compare(twice, twice.map(event))), []);
    const once = await compare(twice, [event(line(0, "a"))]);
    assert.deepEqual([once.missing.length, once.duplicates], [1, 0]);
  });

  it("tells of lines that no parser took", async () => {
    const result = await compare([line(0, "?")], [{ ...event(line(0, "?")), unparsed: true }]);
    assert.match(documentProblems(result).join(), /taken by no parser, one of them: \?$/);
  });

  it("wants torn lines to be taken by no parser, and says so where one was", async () => {
    const torn: WrittenLine = { ...line(0, "{"), torn: true };
    const good = await compare([torn], [{ ...event(torn), unparsed: true }]);
    assert.deepEqual(documentProblems(good), []);
    const bad = await compare([torn], [event(torn)]);
    assert.match(documentProblems(bad).join(), /taken for whole though torn/);
  });
});

/** As much of an alert document as the comparisons read. */
function alert(id: string, rule: string, group: Record<string, string>): AlertDocument {
  // A cast: the other fields play no part here.
  return { rule: { id: rule }, leafwatch: { alert: { id, group } } } as unknown as AlertDocument;
}

describe("the demo's comparison of alerts", () => {
  const expected: readonly ExpectedAlert[] = [
    { rule: "scan", group: { "source.ip": "198.51.100.7" } },
    { rule: "outage", group: { "host.name": "web1" } },
  ];
  const scan = alert("1", "scan", { "source.ip": "198.51.100.7" });
  const outage = alert("2", "outage", { "host.name": "web1" });

  it("finds nothing wrong where exactly the expected ones were raised", () => {
    const raised = compareAlerts([outage, scan], expected);
    assert.deepEqual(alertProblems(raised), []);
    assert.deepEqual(raised.byRule, { outage: 1, scan: 1 });
  });

  it("names what was not raised, and what was raised twice or for another group", () => {
    const other = alert("3", "scan", { "source.ip": "198.51.100.8" });
    const raised = compareAlerts([scan, scan, other], expected);
    assert.deepEqual(raised.absent, [expected[1]]);
    assert.deepEqual(
      raised.unexpected.map(({ group }) => group["source.ip"]),
      ["198.51.100.7", "198.51.100.8"],
    );
    assert.equal(alertProblems(raised).length, 3);
  });
});

describe("the demo's look at mails", () => {
  const alerts = [alert("id-1", "scan", {}), alert("id-2", "outage", {})];
  const received = (headers: string, body = "Content-Type: text/html\r\n\r\n<p>x</p>\r\n") => ({
    from: "a@example.org",
    to: ["b@example.org"],
    raw: Buffer.from(`Subject: s\r\n${headers}${body}`),
    receivedAt: 0,
  });
  const mailOf = (id: string) =>
    received(`X-Leafwatch-Alert: ${id}\r\nX-Leafwatch-Transition: active\r\n`);
  const report = received("", "Content-Type: application/pdf\r\n\r\n%PDF-1.7\r\n");

  it("names each mail after its rule and finds nothing wrong with one mail each", async () => {
    const mails = await readMails([mailOf("id-2"), mailOf("id-1"), report], alerts);
    assert.deepEqual(
      mails.map(({ name }) => name),
      ["01-outage", "02-scan", "03-weekly-report"],
    );
    assert.deepEqual(mailProblems(mails, alerts), []);
    assert.match(mails[0]?.html ?? "", /<p>x<\/p>/);
  });

  for (const [what, mails, problem] of [
    ["an alert without a mail", [mailOf("id-1"), report], /id-2 of outage .*: none/],
    ["an alert with two", [mailOf("id-1"), mailOf("id-1"), mailOf("id-2"), report], /"s", "s"/],
    ["a mail about two alerts", [mailOf("id-1,id-2"), report], /id-1 of scan/],
    ["no report", [mailOf("id-1"), mailOf("id-2")], /0 mails bring a report/],
    ["two reports", [mailOf("id-1"), mailOf("id-2"), report, report], /2 mails bring a report/],
    ["any other mail", [mailOf("id-1"), mailOf("id-2"), report, received("")], /neither/],
  ] as const) {
    it(`tells of ${what}`, async () => {
      const problems = mailProblems(await readMails(mails, alerts), alerts);
      assert.match(problems.join("\n"), problem);
    });
  }
});
