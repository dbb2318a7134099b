import { palette } from "../../lib/chart.ts";
import type { Title } from "../blocks.ts";
import type { Sheet } from "./sheet.ts";
import { verdicts } from "../verdicts.ts";
import { page, styles, textWidth, type Style } from "./style.ts";

const white = (style: Style): Style => ({ ...style, colour: palette.white });

/** The head of page 1: which week, and the verdict as a colour, a sign and a word. */
export function drawTitle(sheet: Sheet, title: Title): void {
  const { pdf } = sheet;
  const kicker: Style = { ...styles.footer, font: "bold", colour: palette.accent };
  const lines = ["LEAFWATCH · WEEKLY LOG REPORT"];
  sheet.tag("P", () => sheet.write(lines, kicker, { x: page.left, y: sheet.y }));
  sheet.y += 15;
  const heading = sheet.lines(title.title, styles.title, textWidth);
  sheet.tag("H1", () => sheet.write(heading, styles.title, { x: page.left, y: sheet.y }));
  sheet.y += 34;
  const under = sheet.lines(title.subtitle, styles.subtitle, textWidth);
  sheet.tag("P", () => sheet.write(under, styles.subtitle, { x: page.left, y: sheet.y }));
  sheet.y += 22;
  if (title.soFar !== undefined) drawSoFar(sheet, title.soFar);
  const verdict = verdicts[title.verdict];
  const reason: Style = { ...styles.body, size: 10.5 };
  const word: Style = { ...styles.heading2, size: 16 };
  const wordText = `${verdict.sign} ${verdict.word}`;
  const wordWidth = Math.max(120, sheet.width(wordText, word) + 32);
  const reasonLines = sheet.lines(title.reason, reason, textWidth - wordWidth - 32);
  const height = Math.max(46, reasonLines.length * reason.size * reason.leading + 20);
  const top = sheet.y + 2;
  sheet.decorate(() => {
    pdf.rect(page.left, top, textWidth, height).fill(palette.faint);
    pdf.rect(page.left, top, wordWidth, height).fill(verdict.colour);
  });
  sheet.tag("P", () => {
    const x = page.left + (wordWidth - sheet.width(wordText, word)) / 2;
    const y = top + (height - word.size * word.leading) / 2;
    sheet.write([wordText], white(word), { x, y });
    const inner = reasonLines.length * reason.size * reason.leading;
    const x2 = page.left + wordWidth + 16;
    sheet.write(reasonLines, reason, { x: x2, y: top + (height - inner) / 2 });
  });
  sheet.y = top + height + 14;
}

/** A running week is marked on page 1, framed: half a week must not be taken for a whole one. */
function drawSoFar(sheet: Sheet, text: string): void {
  const { pdf } = sheet;
  const style: Style = styles.strong;
  const lines = sheet.lines(text, style, textWidth - 16);
  const height = lines.length * style.size * style.leading + 8;
  const { y } = sheet;
  sheet.decorate(() => {
    pdf
      .dash(3, { space: 2 })
      .lineWidth(0.8)
      .rect(page.left, y, textWidth, height)
      .stroke(palette.ink)
      .undash();
  });
  sheet.tag("P", () => sheet.write(lines, style, { x: page.left + 8, y: y + 4 }));
  sheet.y += height + 8;
}
