import { palette } from "../../lib/chart.ts";
import type { Table } from "../blocks.ts";
import type { Sheet, Structure } from "./sheet.ts";
import { page, styles, textWidth, type Style } from "./style.ts";

const padding = 2.1;
/** Room below a table. */
export const tableEnd = 6;
const gutter = 8;
/** A name of 300 characters must not fill a page; the whole of it is in report.json. */
const mostLines = 4;
/** A heading stays with as many rows of its table. */
const rowsTogether = 3;

interface Cell {
  readonly lines: readonly string[];
  readonly x: number;
  readonly width: number;
  readonly align: "left" | "right";
}

interface Row {
  readonly cells: readonly Cell[];
  readonly height: number;
}

/** Draws a table; on a new page its head is repeated. */
export function drawTable(sheet: Sheet, table: Table, parent: Structure): void {
  if (table.rows.length === 0) {
    const lines = sheet.lines(table.empty, styles.muted, textWidth);
    sheet.tag("P", () => sheet.write(lines, styles.muted, { x: page.left, y: sheet.y }), parent);
    sheet.y += lines.length * styles.muted.size * styles.muted.leading + 6;
    return;
  }
  const { head, rows } = layOut(sheet, table);
  const [first, second] = rows;
  sheet.room(head.height + (first?.height ?? 0) + (second?.height ?? 0));
  const element = sheet.tag("Table", undefined, parent);
  drawHead(sheet, head, sheet.tag("TR", undefined, sheet.tag("THead", undefined, element)));
  const body = sheet.tag("TBody", undefined, element);
  for (const [index, row] of rows.entries()) {
    // The last row never stands alone on the next page.
    const last = index === rows.length - 2 ? (rows[index + 1]?.height ?? 0) : 0;
    if (sheet.y + row.height + last > page.bottom) {
      sheet.newPage();
      // Readers of the tagged text have heard the head already.
      sheet.decorate(() => {
        writeCells(sheet, head, styles.head);
      }, "Pagination");
      endRow(sheet, head, 0.8, palette.ink);
    }
    const tr = sheet.tag("TR", undefined, body);
    for (const [column, cell] of row.cells.entries()) {
      const draw = () => {
        writeCell(sheet, cell, styles.cell);
      };
      const url = table.links[index];
      if (column === 0 && url) {
        const th = sheet.tag("TH", undefined, tr, { scope: "Row" });
        const at = { x: cell.x, y: sheet.y + padding };
        sheet.link(cell.lines, { ...styles.cell, colour: palette.accent }, at, url, th);
      } else if (column === 0) sheet.tag("TH", draw, tr, { scope: "Row" });
      else sheet.tag("TD", draw, tr);
    }
    endRow(sheet, row, 0.3, palette.line);
  }
  sheet.y += tableEnd;
}

/** Height of the head and the first rows; of three, what must stand below a heading. */
export function tableStart(sheet: Sheet, table: Table, count = rowsTogether): number {
  if (table.rows.length === 0) return 20;
  const { head, rows } = layOut(sheet, { ...table, rows: table.rows.slice(0, count) });
  return head.height + rows.reduce((sum, row) => sum + row.height, 0);
}

function layOut(sheet: Sheet, { columns, rows }: Table): { head: Row; rows: Row[] } {
  const weights = columns.map((column) => column.weight ?? 1);
  const sum = weights.reduce((so, weight) => so + weight, 0);
  const free = textWidth - gutter * (columns.length - 1);
  let x: number = page.left;
  const places = columns.map((column, index) => {
    const width = (free * (weights[index] ?? 1)) / sum;
    const place = { x, width, align: column.align ?? ("left" as const) };
    x += width + gutter;
    return place;
  });
  const toRow = (texts: readonly string[], style: Style): Row => {
    const cells = places.map((place, index) => ({
      ...place,
      lines: sheet.lines(texts[index] ?? "", style, place.width, mostLines),
    }));
    const most = Math.max(...cells.map((cell) => cell.lines.length));
    return { cells, height: most * style.size * style.leading + 2 * padding };
  };
  return {
    head: toRow(
      columns.map((column) => column.title),
      styles.head,
    ),
    rows: rows.map((row) => toRow(row, styles.cell)),
  };
}

function drawHead(sheet: Sheet, head: Row, tr: Structure): void {
  for (const cell of head.cells) {
    const draw = () => {
      writeCell(sheet, cell, styles.head);
    };
    sheet.tag("TH", draw, tr, { scope: "Column" });
  }
  endRow(sheet, head, 0.8, palette.ink);
}

function writeCells(sheet: Sheet, row: Row, style: Style): void {
  for (const cell of row.cells) writeCell(sheet, cell, style);
}

function writeCell(sheet: Sheet, { lines, x, width, align }: Cell, style: Style): void {
  sheet.write(lines, style, { x, y: sheet.y + padding, width, align });
}

function endRow(sheet: Sheet, row: Row, width: number, colour: string): void {
  sheet.y += row.height;
  const { pdf, y } = sheet;
  sheet.decorate(() => {
    pdf
      .undash()
      .moveTo(page.left, y)
      .lineTo(page.left + textWidth, y)
      .lineWidth(width)
      .stroke(colour);
  });
}
