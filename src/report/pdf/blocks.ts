import { palette } from "../../lib/chart.ts";
import type { Block, Chart, Heading, Link, Tile } from "../blocks.ts";
import { drawScene } from "./chart.ts";
import type { Sheet, Structure } from "./sheet.ts";
import { page, styles, textWidth, type Style } from "./style.ts";
import { drawTable, tableEnd, tableStart } from "./table.ts";

/** Draws one block. */
export function drawBlock(sheet: Sheet, block: Block, parent: Structure): void {
  switch (block.kind) {
    case "heading":
      drawHeading(sheet, block, parent);
      break;
    case "paragraph":
      drawParagraph(sheet, block.text, styles[block.tone ?? "body"], parent);
      break;
    case "link":
      drawLink(sheet, block, parent);
      break;
    case "list":
      drawList(sheet, block.items, block.ordered ?? false, parent);
      break;
    case "log":
      drawLog(sheet, block.lines, parent);
      break;
    case "tiles":
      drawTiles(sheet, block.tiles, parent);
      break;
    case "charts":
      drawCharts(sheet, block.charts, parent);
      break;
    case "table":
      drawTable(sheet, block, parent);
      break;
    case "signature":
      drawSignature(sheet, block.lines, parent);
      break;
    case "page":
      sheet.newPage();
  }
}

/** How much room a whole block takes, or a little more. */
export function heightOf(sheet: Sheet, block: Block): number {
  switch (block.kind) {
    case "list":
      return block.items
        .map((item) => sheet.lines(item, styles.body, textWidth - indent).length)
        .reduce((sum, lines) => sum + lines * lineHeight(styles.body) + 2.5, 6);
    case "log":
      return block.lines
        .map((text) => sheet.lines(text, styles.log, textWidth - 14, 4).length)
        .reduce((sum, lines) => sum + lines * lineHeight(styles.log) + 4, 4);
    case "table":
      return tableStart(sheet, block, Infinity) + tableEnd;
    case "heading":
      return startOf(sheet, block);
    default:
      return startOf(sheet, block) + 4;
  }
}

const indent = 14;

/** How much of a block must stand on the same page as the heading before it. */
export function startOf(sheet: Sheet, block: Block | undefined): number {
  switch (block?.kind) {
    case "heading":
      return headingHeight(sheet, block);
    case "paragraph": {
      const style = styles[block.tone ?? "body"];
      return sheet.lines(block.text, style, textWidth).length * lineHeight(style) + 4;
    }
    case "link":
      return sheet.lines(block.text, styles.link, textWidth).length * lineHeight(styles.link);
    case "list":
      return 2 * lineHeight(styles.body);
    case "log":
      return 4 * lineHeight(styles.log);
    case "tiles":
      return tileHeight;
    case "charts":
      return chartsHeight(block.charts);
    case "table":
      return tableStart(sheet, block);
    case "signature":
      return signatureHeight(block.lines);
    default:
      return 0;
  }
}

function lineHeight(style: Style): number {
  return style.size * style.leading;
}

function headingSpace({ level }: Heading): { style: Style; before: number; after: number } {
  return level === 2
    ? { style: styles.heading2, before: 14, after: 5 }
    : { style: styles.heading3, before: 9, after: 3 };
}

function headingHeight(sheet: Sheet, block: Heading): number {
  const { style, before, after } = headingSpace(block);
  return before + sheet.lines(block.text, style, textWidth, 3).length * lineHeight(style) + after;
}

function drawHeading(sheet: Sheet, block: Heading, parent: Structure): void {
  const { style, before, after } = headingSpace(block);
  const lines = sheet.lines(block.text, style, textWidth, 3);
  if (sheet.y > page.top) sheet.y += before;
  const { y } = sheet;
  sheet.tag(`H${block.level}`, () => sheet.write(lines, style, { x: page.left, y }), parent);
  sheet.y += lines.length * lineHeight(style) + after;
}

function drawParagraph(sheet: Sheet, text: string, style: Style, parent: Structure): void {
  const lines = sheet.lines(text, style, textWidth);
  sheet.room(lines.length * lineHeight(style));
  const { y } = sheet;
  sheet.tag("P", () => sheet.write(lines, style, { x: page.left, y }), parent);
  sheet.y += lines.length * lineHeight(style) + 5;
}

function drawLink(sheet: Sheet, { text, url }: Link, parent: Structure): void {
  const style = styles.link;
  const lines = sheet.lines(text, style, textWidth);
  sheet.room(lines.length * lineHeight(style));
  const paragraph = sheet.tag("P", undefined, parent);
  sheet.link(lines, style, { x: page.left, y: sheet.y }, url, paragraph);
  sheet.y += lines.length * lineHeight(style) + 3;
}

function drawList(
  sheet: Sheet,
  items: readonly string[],
  ordered: boolean,
  parent: Structure,
): void {
  const style = styles.body;
  const list = sheet.tag("L", undefined, parent);
  for (const [index, item] of items.entries()) {
    const lines = sheet.lines(item, style, textWidth - indent);
    sheet.room(lines.length * lineHeight(style));
    const { y } = sheet;
    const li = sheet.tag("LI", undefined, list);
    const label = ordered ? `${index + 1}.` : "•";
    sheet.tag("Lbl", () => sheet.write([label], style, { x: page.left, y }), li);
    sheet.tag("LBody", () => sheet.write(lines, style, { x: page.left + indent, y }), li);
    sheet.y += lines.length * lineHeight(style) + 2.5;
  }
  sheet.y += 3;
}

function drawLog(sheet: Sheet, all: readonly string[], parent: Structure): void {
  const style = styles.log;
  for (const text of all) {
    const lines = sheet.lines(text, style, textWidth - 14, 4);
    const height = lines.length * lineHeight(style);
    sheet.room(height + 4);
    const { y, pdf } = sheet;
    sheet.decorate(() => {
      pdf.rect(page.left, y, textWidth, height + 4).fill(palette.faint);
    });
    sheet.tag("P", () => sheet.write(lines, style, { x: page.left + 7, y: y + 2 }), parent);
    sheet.y += height + 4;
  }
  sheet.y += 4;
}

const tileHeight = 66;

function drawTiles(sheet: Sheet, tiles: readonly Tile[], parent: Structure): void {
  sheet.room(tileHeight);
  sheet.y += 8;
  const gap = 12;
  const width = (textWidth - gap * (tiles.length - 1)) / tiles.length;
  const top = sheet.y;
  for (const [index, { label, value, note }] of tiles.entries()) {
    const x = page.left + index * (width + gap);
    sheet.decorate(() => {
      sheet.pdf.rect(x, top, width, 1.2).fill(palette.ink);
    });
    sheet.tag(
      "P",
      () => {
        let y = top + 5;
        for (const [text, style] of [
          [label, styles.tileLabel],
          [value, styles.tileValue],
          [note, styles.tileLabel],
        ] as const) {
          y = sheet.write(sheet.lines(text, style, width, 1), style, { x, y });
        }
      },
      parent,
    );
  }
  sheet.y = top + tileHeight - 8;
}

function chartsHeight(charts: readonly Chart[]): number {
  return Math.max(...charts.map(({ scene }) => scene.height)) + 26;
}

function drawCharts(sheet: Sheet, charts: readonly Chart[], parent: Structure): void {
  const height = chartsHeight(charts);
  sheet.room(height);
  sheet.y += 4;
  const top = sheet.y;
  let x: number = page.left;
  for (const { title, scene } of charts) {
    const lines = sheet.lines(title, styles.heading3, scene.width, 1);
    const left = x;
    sheet.tag("P", () => sheet.write(lines, styles.heading3, { x: left, y: top }), parent);
    drawScene(sheet, scene, { x: left, y: top + 16 }, parent);
    x += scene.width + textWidth - 2 * scene.width;
  }
  sheet.y = top + height - 4;
}

function signatureHeight(lines: readonly string[]): number {
  return 24 + 30 * lines.length;
}

/** A sentence, then a line to write on for each of the other words. */
function drawSignature(sheet: Sheet, lines: readonly string[], parent: Structure): void {
  const [sentence = "", ...fields] = lines;
  sheet.room(signatureHeight(lines));
  drawParagraph(sheet, sentence, styles.body, parent);
  for (const field of fields) {
    sheet.y += 18;
    const { y, pdf } = sheet;
    sheet.tag("P", () => sheet.write([field], styles.muted, { x: page.left, y: y - 2 }), parent);
    sheet.decorate(() => {
      pdf
        .undash()
        .moveTo(page.left + 70, y + 9)
        .lineTo(page.left + 330, y + 9)
        .lineWidth(0.6)
        .stroke(palette.ink);
    });
    sheet.y += 12;
  }
}
