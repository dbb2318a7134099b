import { extname } from "node:path";
import { AppError, messageOf } from "../lib/errors.ts";
import { replaceFile } from "../lib/replace-file.ts";
import { renderHtml } from "../report/html.ts";
import { renderJson } from "../report/json.ts";
import type { Report } from "../report/model.ts";
import { renderPdf } from "../report/pdf.ts";
import type { Io } from "./io.ts";

/** Formats that a report can be written in; also the extensions that stand for them. */
export const reportFormats = ["pdf", "html", "json"] as const;

export type ReportFormat = (typeof reportFormats)[number];

/** By the name of the file where `wanted` says nothing; `-` is stdout. @throws USAGE_REPORT. */
export function reportFormatOf(
  path: string,
  wanted: ReportFormat | undefined,
  io: Pick<Io, "columns">,
): ReportFormat {
  const extension = extname(path).toLowerCase().slice(1);
  const named = reportFormats.find((format) => format === extension);
  if (wanted === undefined && named === undefined && extension !== "")
    throw usage(`a report cannot be .${extension}`, `name a .pdf, .html or .json, or say --format`);
  const format = wanted ?? named ?? "pdf";
  if (path === "-" && format === "pdf" && io.columns !== undefined)
    throw usage("a PDF is no text for a terminal", "give --out a file's name, or redirect stdout");
  return format;
}

/** Writes the report to `path`, or to stdout where that is `-`. @throws REPORT_WRITE. */
export async function writeReport(
  report: Report,
  path: string,
  format: ReportFormat,
  io: Pick<Io, "out">,
): Promise<void> {
  const render = { pdf: renderPdf, html: renderHtml, json: renderJson }[format];
  const content = await render(report);
  if (path === "-") {
    await io.out(content);
    return;
  }
  try {
    await replaceFile(path, content);
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    const full = "code" in cause && ["ENOSPC", "EDQUOT"].includes(String(cause.code));
    throw new AppError("REPORT_WRITE", `${path} cannot be written: ${messageOf(cause)}`, {
      hint: full
        ? "make room on that disk, or write to another; what was there is as it was"
        : "choose a folder that is there and that you may write to",
      cause,
    });
  }
}

function usage(message: string, hint: string): AppError {
  return new AppError("USAGE_REPORT", message, { hint });
}
