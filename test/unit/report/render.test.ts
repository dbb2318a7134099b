import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderHtml } from "../../../src/report/html.ts";
import { renderJson } from "../../../src/report/json.ts";
import { renderPdf } from "../../../src/report/pdf.ts";
import { readRoster } from "../../../src/report/roster.ts";
import { createWording } from "../../../src/report/wording.ts";
import { madeIncident, madeReport } from "../../helpers/report-made.ts";

const made = madeReport();

describe("a report's files", () => {
  it("are the same bytes for the same numbers", async () => {
    const [first, second] = [await renderPdf(made), await renderPdf(madeReport())];
    assert.ok(first.equals(second));
    assert.equal(renderHtml(made), renderHtml(madeReport()));
  });

  it("carry every number: the PDF as its attachment", async () => {
    const pdf = await renderPdf(made);
    assert.ok(pdf.includes("report.json"));
    assert.deepEqual(JSON.parse(renderJson(made)), made);
  });

  it("hold no HTML and no hidden characters of a log", () => {
    const title = "<img src=x onerror=alert(1)>\u202eevil";
    const html = renderHtml(
      madeReport({
        incidents: {
          ...made.incidents,
          total: 1,
          shown: [madeIncident({ title, lines: [{ at: "", host: "", text: "</pre><script>" }] })],
        },
      }),
    );
    assert.ok(!html.includes("<img") && !html.includes("<script") && !html.includes("\u202e"));
    assert.ok(html.includes("&lt;img src=x"));
  });

  it("fetch nothing and run nothing", () => {
    assert.doesNotMatch(renderHtml(made), /<script|<link|src=|href=|@import|url\(/i);
  });

  it("say on page 1 that the week is running", () => {
    const week = { ...made.week, so_far: true, until: "2026-11-21T15:12:00.000Z" };
    assert.match(renderHtml(madeReport({ week })), /So far: .*Sat(urday)?,? 21 Nov.* 15:12/);
    assert.doesNotMatch(renderHtml(made), /So far/);
  });

  it("leave out the sections that an audience does not want", () => {
    const html = renderHtml(madeReport({ sections: ["recommendations"] }));
    assert.ok(html.includes("Recommendations") && html.includes("Appendix"));
    assert.ok(!html.includes("Top ten") && !html.includes("<h2>Incidents"));
  });
});

describe("wording", () => {
  const english = createWording("en-GB", "Europe/London");
  const german = createWording("de-DE", "Europe/London");

  it("writes numbers and dates in the audience's language", () => {
    assert.equal(english.count(12_345.5), "12,345.5");
    assert.equal(german.count(12_345.5), "12.345,5");
    assert.equal(german.date("2026-11-16T00:00:00Z"), "16. November 2026");
    assert.equal(english.date("2026-07-01T23:30:00Z"), "2 July 2026", "in the report's zone");
  });

  it("writes changes with a sign and a unit", () => {
    const changes = [12.34, -5, 0.04, 950, null].map((value) => english.change(value));
    assert.deepEqual(changes, ["+12 %", "−5 %", "no change", "11 times", "–"]);
    assert.equal(english.change(-2.26, "points"), "−2.3 points");
  });

  it("writes durations in their two largest units", () => {
    const seconds = [0, 95, 3600, 90_061, null].map((value) => english.seconds(value));
    assert.deepEqual(seconds, ["0 s", "1 min 35 s", "1 h", "1 d 1 h", "–"]);
  });
});

describe("a roster file", () => {
  it("holds a member a line, with comments and blank lines, each once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "leafwatch-roster-"));
    try {
      const path = join(folder, "members.txt");
      await writeFile(path, "\ufeffcarol\r\n\n# gone: bob\n dave # new\nCarol\n");
      assert.deepEqual(await readRoster(path), ["Carol", "dave"]);
      await assert.rejects(readRoster(join(folder, "none.txt")), {
        code: "REPORT_ROSTER_UNREADABLE",
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
