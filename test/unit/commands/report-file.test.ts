import assert from "node:assert/strict";
import { reportFormatOf } from "../../../src/commands/report-file.ts";

describe("the format of a report", () => {
  const terminal = { columns: 80 };
  const pipe = { columns: undefined };

  it("follows from --format, else from the file's name, else it is pdf", () => {
    assert.equal(reportFormatOf("r.docx", "json", pipe), "json");
    assert.equal(reportFormatOf("r.HTML", undefined, pipe), "html");
    assert.equal(reportFormatOf("report", undefined, pipe), "pdf");
  });

  it("is refused where the name stands for none", () => {
    assert.throws(() => reportFormatOf("r.docx", undefined, pipe), {
      code: "USAGE_REPORT",
      hint: /--format/,
    });
  });

  it("may be pdf on stdout unless that is a terminal", () => {
    assert.equal(reportFormatOf("-", undefined, pipe), "pdf");
    assert.equal(reportFormatOf("-", "html", terminal), "html");
    assert.throws(() => reportFormatOf("-", "pdf", terminal), { code: "USAGE_REPORT" });
  });
});
