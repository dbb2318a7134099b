import type { Block } from "./blocks.ts";
import { contentOf } from "./content.ts";
import type { Report } from "./model.ts";
import { drawBlock, heightOf, startOf } from "./pdf/blocks.ts";
import { createDocument, finish, type Pdf } from "./pdf/document.ts";
import { createSheet, type Sheet, type Structure } from "./pdf/sheet.ts";
import { page, styles, textWidth } from "./pdf/style.ts";
import { drawTitle } from "./pdf/title.ts";

/**
 * The report as PDF/A-3a and PDF/UA-1, with its numbers attached as `report.json`. The same report gives the same
 * bytes.
 */
export async function renderPdf(report: Report): Promise<Buffer> {
  const { title, blocks } = contentOf(report);
  const name = `Leafwatch weekly report ${report.week.id}`;
  const pdf = createDocument(report, name);
  const sheet = createSheet(pdf, name);
  drawTitle(sheet, title);
  drawBlocks(sheet, blocks);
  drawFooters(sheet, `${name} · ${report.week.timezone}`);
  return finish(pdf);
}

/** Each heading of level 2 begins a section and an entry of the outline. */
function drawBlocks(sheet: Sheet, blocks: readonly Block[]): void {
  let section: Structure = sheet.tag("Sect");
  for (const [index, block] of blocks.entries()) {
    if (block.kind === "heading") {
      sheet.room(togetherFrom(sheet, blocks, index));
      if (block.level === 2) {
        section = sheet.tag("Sect");
        outline(sheet.pdf, block.text);
      }
    }
    drawBlock(sheet, block, section);
  }
}

/** Height of a heading, of those that follow it at once, and of the beginning of what they are headings of. */
function togetherFrom(sheet: Sheet, blocks: readonly Block[], index: number): number {
  const block = blocks[index];
  if (block?.kind === "heading" && block.together) {
    const end = blocks.findIndex((one, at) => at > index && endsPart(one));
    const part = blocks.slice(index, end < 0 ? undefined : end);
    const whole = part.reduce((sum, one) => sum + heightOf(sheet, one), 0);
    if (whole <= page.bottom - page.top) return whole;
  }
  const height = startOf(sheet, block);
  const next = blocks[index + 1];
  if (block?.kind !== "heading" && !leadsOn(block, next)) return height;
  return height + togetherFrom(sheet, blocks, index + 1);
}

function endsPart(block: Block): boolean {
  return block.kind === "heading" || block.kind === "page";
}

/** A short text between a heading and its table or charts belongs to both. */
function leadsOn(block: Block | undefined, next: Block | undefined): boolean {
  return block?.kind === "paragraph" && (next?.kind === "table" || next?.kind === "charts");
}

function outline(pdf: Pdf, text: string): void {
  pdf.outline.addItem(text);
}

function drawFooters(sheet: Sheet, text: string): void {
  const { pdf } = sheet;
  const { start, count } = pdf.bufferedPageRange();
  for (let number = 0; number < count; number++) {
    pdf.switchToPage(start + number);
    sheet.decorate(() => {
      const y = page.bottom + 16;
      const place = { x: page.left, y, width: textWidth };
      sheet.write([text], styles.footer, place);
      const pages = `Page ${number + 1} of ${count}`;
      sheet.write([pages], styles.footer, { ...place, align: "right" });
    }, "Pagination");
  }
}
