import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { messageOf } from "../../src/lib/errors.ts";

/**
 * How many pages the PDF has when a reader opens it: `pdfinfo` (poppler) where that is installed, else by the file's
 * own structure.
 *
 * @throws Error which says what is wrong with the file.
 */
export async function pagesOfPdf(path: string, content: Buffer): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)("pdfinfo", [path]);
    return Number(/^Pages:\s+(\d+)/m.exec(stdout)?.[1] ?? 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw new Error(messageOf(error));
    return pagesByStructure(content);
  }
}

/** Pages of a PDF as pdfkit writes it. @throws Error when its frame is broken. */
export function pagesByStructure(content: Buffer): number {
  const text = content.toString("latin1");
  if (!text.startsWith("%PDF-1.")) throw new Error("it does not begin as a PDF");
  const end = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(text.slice(-64));
  if (!end) throw new Error("it has no end: it was cut off");
  const table = text.slice(Number(end[1]), Number(end[1]) + 32);
  if (!/^(xref|\d+ \d+ obj)/.test(table))
    throw new Error("its table of objects is not where it says");
  const pages = text.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (pages === 0) throw new Error("it has no page");
  return pages;
}
