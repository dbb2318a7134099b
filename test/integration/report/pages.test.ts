import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Client } from "@elastic/elasticsearch";
import { messageOf } from "../../../src/lib/errors.ts";
import { buildReport } from "../../../src/report/build.ts";
import { contentOf } from "../../../src/report/content.ts";
import type { Report } from "../../../src/report/model.ts";
import { renderPdf } from "../../../src/report/pdf.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { reportCases } from "../../helpers/report-cases.ts";
import {
  difference,
  hasProgram,
  pagePictures,
  pageTexts,
  parsePgm,
  toPgm,
} from "../../helpers/report-pages.ts";
import { numbersIn, numbersOf } from "../../helpers/report-numbers.ts";
import { storeWorld } from "../../helpers/report-store.ts";
import { veraPdf, type Verdict } from "../../helpers/verapdf.ts";

const signal = new AbortController().signal;
const pictures = fileURLToPath(new URL("../../fixtures/report/", import.meta.url));
/** Mean difference in percent: other versions of poppler smooth edges otherwise; a moved line differs by more. */
const tolerance = 0.6;

interface Made {
  readonly report: Report;
  readonly pdf: Buffer;
  readonly file: string;
}

describe("the six reports", function () {
  this.timeout(300_000);
  const made = new Map<string, Made>();
  const namespaces: string[] = [];
  const pageTextsOf = new Map<string, string[]>();
  let folder: string;
  let client: Client;

  before(async () => {
    client = await testClient();
    folder = await mkdtemp(join(tmpdir(), "leafwatch-report-"));
    for (const one of reportCases()) {
      const namespace = randomNamespace();
      namespaces.push(namespace);
      await storeWorld(client, namespace, one.events, one.alerts, one.deadLetters);
      const built = await buildReport({ client, namespace, ...one.request }, signal);
      // The appendix names the namespace, which differs from run to run.
      const report = { ...built, namespace: "test" };
      const pdf = await renderPdf(report);
      const file = join(folder, `${one.name}.pdf`);
      await writeFile(file, pdf);
      made.set(one.name, { report, pdf, file });
    }
  });

  after(async () => {
    await rm(folder, { recursive: true, force: true });
    for (const namespace of namespaces) await removeNamespace(client, namespace);
  });

  const caseOf = (name: string): Made => {
    const found = made.get(name);
    assert.ok(found);
    return found;
  };
  const texts = async (test: Mocha.Context, name: string): Promise<string[]> => {
    if (!(await hasProgram("pdftotext")))
      missing(test, "pdftotext (poppler-utils) is not installed");
    const known = pageTextsOf.get(name) ?? (await pageTexts(caseOf(name).file));
    pageTextsOf.set(name, known);
    return known;
  };

  it("are valid PDF/A-3a and PDF/UA-1, and a file that is not is refused", async function () {
    const broken = join(folder, "broken.pdf");
    const { pdf } = caseOf("ordinary");
    // Its own mark says that it is PDF/UA-7.
    await writeFile(
      broken,
      Buffer.from(pdf.toString("latin1").replace("<pdfuaid:part>1", "<pdfuaid:part>7"), "latin1"),
    );
    let verdicts: Verdict[];
    try {
      verdicts = await veraPdf([...[...made.values()].map(({ file }) => file), broken]);
    } catch (error) {
      return missing(this, `veraPDF cannot be run: ${messageOf(error)}`);
    }
    const wrong = verdicts.filter(({ file, valid }) => !valid && file !== broken);
    assert.deepEqual(wrong, []);
    assert.equal(verdicts.length, 14);
    assert.ok(verdicts.some(({ file, valid }) => file === broken && !valid));
  });

  it("are small", () => {
    for (const [name, { pdf }] of made) assert.ok(pdf.length < 2 * 2 ** 20, name);
  });

  it("hold the headline numbers on page 1", async function () {
    for (const name of made.keys()) {
      const [first = ""] = await texts(this, name);
      const { report } = caseOf(name);
      const content = contentOf(report);
      assert.ok(plain(first).includes(plain(content.title.title)), name);
      assert.ok(plain(first).toLowerCase().includes(report.verdict.word), name);
      assert.ok(plain(first).includes(plain(report.verdict.reason)), name);
      for (const block of content.blocks) {
        if (block.kind === "page") break;
        if (block.kind !== "tiles") continue;
        for (const { label, value, note } of block.tiles) {
          for (const text of [label, value, note])
            assert.ok(plain(first).includes(plain(text)), text);
        }
      }
      for (const action of report.actions) {
        assert.ok(squeezed(first).includes(squeezed(action)), `${name}: ${action}`);
      }
    }
  });

  it("say on page 1 what limits them: no data, a running week, a gap, a longer week", async function () {
    const first = async (name: string) => (await texts(this, name))[0] ?? "";
    assert.match(await first("empty"), /No data/);
    assert.match(await first("first-week"), /So far: the week is running/);
    assert.match(await first("first-week"), /The logs begin on Wed,? 18 Nov, 10:00/);
    assert.match(await first("worst"), /Gap in the data/);
    assert.match(await first("clock-change"), /169 hours, the week before 168/);
    assert.doesNotMatch(await first("ordinary"), /Gap in the data|So far/);
  });

  it("show no number that their JSON does not hold", async function () {
    const strangers = (pages: readonly string[], report: Report) => {
      const known = numbersOf(report);
      const lines = pages.flatMap((page) => page.split("\n").filter((line) => !footer.test(line)));
      return lines.flatMap((line) => numbersIn(line).filter((number) => !known.has(number)));
    };
    // The codes of characters without a glyph are no numbers.
    for (const name of [...made.keys()].filter((one) => one !== "long-names")) {
      assert.deepEqual(strangers(await texts(this, name), caseOf(name).report), [], name);
    }
    const { report } = caseOf("ordinary");
    const figures = report.figures.map((figure) => ({ ...figure, value: 987_654 }));
    const file = join(folder, "other.pdf");
    await writeFile(file, await renderPdf({ ...report, figures }));
    assert.ok(strangers(await pageTexts(file), report).includes("987,654"));
  });

  it("have all ten parts", async function () {
    const all = (await texts(this, "ordinary")).join("\n");
    const parts = [
      "What is asked of you",
      "Key figures",
      "The shape of the week",
      "Top ten",
    ].concat(
      ["Incidents", "Thursday check-in", "Sources", "Rules and mails", "Changes"],
      ["Recommendations", "Appendix", "Definitions", "Signature"],
    );
    for (const part of parts) assert.ok(all.includes(part), part);
  });

  it("never leave a heading at the foot of a page", async function () {
    for (const name of made.keys()) {
      const { report } = caseOf(name);
      const headings = new Set(
        contentOf(report).blocks.flatMap((block) =>
          block.kind === "heading" ? [squeezed(block.text)] : [],
        ),
      );
      for (const [index, page] of (await texts(this, name)).entries()) {
        const lines = page.split("\n").filter((line) => line.trim() !== "");
        assert.match(lines.at(-1) ?? "", /Page \d+ of \d+/);
        const last = squeezed(lines.at(-2) ?? "");
        assert.ok(!headings.has(last), `${name}, page ${index + 1} ends with "${last}"`);
      }
    }
  });

  it("never leave a heading there either when tables grow line by line", async function () {
    if (!(await hasProgram("pdftotext")))
      missing(this, "pdftotext (poppler-utils) is not installed");
    const { report } = caseOf("ordinary");
    const [row] = report.sources.rows;
    assert.ok(row);
    for (const count of [5, 12, 19, 26, 33, 40]) {
      const rows = Array.from({ length: count }, (_, n) => ({ ...row, host: `host${n}` }));
      const longer = { ...report, sources: { ...report.sources, rows } };
      const file = join(folder, "growing.pdf");
      await writeFile(file, await renderPdf(longer));
      const headings = [
        "Sources",
        "Rules and mails",
        "Changes",
        "Recommendations",
        "Who struggled",
      ];
      for (const page of await pageTexts(file)) {
        const last =
          page
            .split("\n")
            .filter((line) => line.trim() !== "")
            .at(-2) ?? "";
        assert.ok(!headings.includes(last.trim()), `${count} rows: page ends with "${last}"`);
      }
    }
  });

  it("show names without a glyph by their codes, and none as a blank", async function () {
    const all = (await texts(this, "long-names")).join("\n");
    assert.ok(all.includes("\\u738b\\u5c0f\\u660e"), "Chinese");
    assert.ok(all.includes("\\ud55c\\uad6d\\uc5b4"), "Korean");
    assert.ok(all.includes("\\u202eevil"), "what turns the direction");
    assert.ok(/שלום|םולש/.test(all), "Hebrew");
    assert.ok(all.includes("<script>alert(1)</script>"), "as text");
    assert.match(all, /a{60}/);
  });

  it("are the same bytes for the same data and clock", async () => {
    const [one] = reportCases().filter(({ name }) => name === "worst");
    const namespace = namespaces[3];
    assert.ok(one && namespace);
    const built = await buildReport({ client, namespace, ...one.request }, signal);
    const again = await renderPdf({ ...built, namespace: "test" });
    assert.ok(again.equals(caseOf("worst").pdf));
  });

  it("look as they did when they were last looked at", async function () {
    if (!(await hasProgram("pdftoppm"))) missing(this, "pdftoppm (poppler-utils) is not installed");
    for (const name of ["empty", "ordinary", "worst"]) {
      for (const [index, page] of (await pagePictures(caseOf(name).file, 2)).entries()) {
        const path = join(pictures, `${name}-${index + 1}.pgm.gz`);
        if (process.env["UPDATE_GOLDEN"]) {
          await mkdir(pictures, { recursive: true });
          await writeFile(path, gzipSync(toPgm(page), { level: 9 }));
        }
        const stored = parsePgm(gunzipSync(await readFile(path)));
        const percent = difference(page, stored);
        assert.ok(
          percent <= tolerance,
          `${name}, page ${index + 1}: ${percent.toFixed(2)} % differs`,
        );
      }
    }
  });
});

const footer = /Page \d+ of \d+/;

/** Marks the test pending and says why. */
function missing(test: Mocha.Context, reason: string): never {
  const title = test.test?.title ?? "";
  if (test.test) test.test.title = `${title} (pending: ${reason})`;
  return test.skip();
}

function plain(text: string): string {
  return text.replace(/\s+/g, " ");
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, "");
}
