import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import PDFDocument from "pdfkit";
import { buffer } from "node:stream/consumers";
import { checkOut, fillOut } from "../../../scripts/demo/out-folder.ts";
import { html } from "../../../scripts/demo/page/html.ts";
import { page, type PageContent } from "../../../scripts/demo/page/page.ts";
import { pagesByStructure } from "../../../scripts/demo/pdf-opens.ts";
import { createProgress } from "../../../scripts/demo/progress.ts";
import { summaryKeys, type Summary } from "../../../scripts/demo/summary.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const summary: Summary = {
  ok: true,
  lines_written: 12_345,
  documents: 12_345,
  duplicates: 0,
  missing: 0,
  alerts: 0,
  mails: 1,
  seconds: 70.4,
  documents_by_dataset: { "system.auth": 12_345 },
  alerts_by_rule: {},
  unexpected_alerts: [],
  problems: [],
  elasticsearch_version: "8.19.21",
};

describe("the demo's folder", () => {
  it("has every key of the summary in summaryKeys", () => {
    assert.deepEqual([...summaryKeys].sort(), Object.keys(summary).sort());
  });

  it("replaces an earlier result, and only at the end", async () => {
    await using folder = await temporaryFolder();
    const [out, result] = [join(folder.path, "out"), join(folder.path, "result")];
    await mkdir(join(result, "mail"), { recursive: true });
    await writeFile(join(result, "summary.json"), JSON.stringify(summary));
    await writeFile(join(result, "mail", "01-scan.eml"), "new");
    await mkdir(join(out, "mail"), { recursive: true });
    await writeFile(join(out, "summary.json"), JSON.stringify({ ...summary, ok: false }));
    await writeFile(join(out, "mail", "09-old.eml"), "old");
    await checkOut(out);
    assert.deepEqual(await readdir(join(out, "mail")), ["09-old.eml"]);
    await fillOut(out, result);
    assert.deepEqual((await readdir(out)).sort(), ["mail", "summary.json"]);
    assert.deepEqual(await readdir(join(out, "mail")), ["01-scan.eml"]);
  });

  for (const [what, name, content] of [
    ["other files", "thesis.txt", "mine"],
    ["another program's summary.json", "summary.json", '{"ok":true}'],
    ["a summary.json that is no JSON", "summary.json", "{"],
  ] as const) {
    it(`refuses a folder with ${what} and leaves it as it is`, async () => {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, name), content);
      await assert.rejects(checkOut(folder.path), { code: "DEMO_OUT_NOT_OURS" });
      assert.equal(await readFile(join(folder.path, name), "utf8"), content);
    });
  }

  it("says what to do where it cannot write", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "file"), "");
    await assert.rejects(checkOut(join(folder.path, "file", "out")), {
      code: "DEMO_OUT_UNWRITABLE",
    });
  });
});

describe("the demo's page", () => {
  const content: PageContent = {
    summary,
    expectedAlerts: 0,
    alerts: [],
    mails: [],
    report: undefined,
    days: [{ label: "Thu 19", counts: { "system.auth": 3 } }],
    logs: [],
    story: ["<script>alert(1)</script>\u202e"],
    timezone: "Europe/London",
    at: new Date("2026-11-22T10:00:00Z"),
  };

  it("needs no script and no network, and shows hostile text as text", () => {
    const text = page(content);
    assert.doesNotMatch(text, /<script|<link|<iframe|@import|src=|url\(/);
    assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:/);
    assert.ok(text.includes("&lt;script&gt;alert(1)&lt;/script&gt;\\u202e"));
  });

  it("says what is wrong", () => {
    const bad = { ...summary, ok: false, problems: ["3 lines <missing>"] };
    const text = page({ ...content, summary: bad });
    assert.match(text, /did not come out/);
    assert.match(text, /3 lines &lt;missing&gt;/);
  });

  it("escapes what stands in attributes, too", () => {
    assert.equal(
      html`<a title="${'"><b>'}">${[1_000, undefined]}</a>`.markup,
      '<a title="&quot;&gt;&lt;b&gt;">1,000</a>',
    );
  });
});

describe("the demo's look at the PDF", () => {
  const pdf = async (pages: number) => {
    const document = new PDFDocument();
    for (let i = 1; i < pages; i++) document.addPage();
    document.end();
    return buffer(document);
  };

  it("counts the pages of a whole one", async () => {
    assert.equal(pagesByStructure(await pdf(3)), 3);
  });

  it("refuses one that was cut off, begins wrongly or points nowhere", async () => {
    const whole = await pdf(2);
    assert.throws(() => pagesByStructure(whole.subarray(0, whole.length - 20)), /cut off/);
    assert.throws(() => pagesByStructure(whole.subarray(9)), /does not begin/);
    const moved = Buffer.concat([whole.subarray(0, 20), Buffer.from("xx"), whole.subarray(20)]);
    assert.throws(() => pagesByStructure(moved), /not where it says/);
  });
});

describe("the demo's progress", () => {
  it("writes plain lines at each tenth where there is no terminal", () => {
    let now = 0;
    let text = "";
    const progress = createProgress(
      false,
      (part) => (text += part),
      () => now,
    );
    progress.step("Shipping");
    for (let done = 0; done <= 200; done++) {
      now += 10;
      progress.count(done, 200, "lines");
    }
    const lines = text.trimEnd().split("\n");
    assert.equal(lines[0], "[  0 s] Shipping");
    assert.equal(lines.length, 11);
    assert.equal(lines.at(-1), "[  2 s]   100 %: 200 of 200 lines");
  });

  it("says now and then that a slow step goes on", () => {
    let now = 0;
    let text = "";
    const progress = createProgress(
      false,
      (part) => (text += part),
      () => now,
    );
    progress.step("Shipping");
    for (; now < 21_000; now += 500) progress.count(1, 1_000, "lines");
    assert.equal(text.trimEnd().split("\n").length, 5);
  });
});
