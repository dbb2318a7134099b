import type { Scene } from "../../lib/chart.ts";
import type { Sheet, Structure } from "./sheet.ts";

/** Draws a chart as vectors, as one figure with its text alternative. */
export function drawScene(
  sheet: Sheet,
  scene: Scene,
  { x, y }: { x: number; y: number },
  parent: Structure,
): void {
  const { pdf } = sheet;
  const bbox = [x, y, x + scene.width, y + scene.height] as const;
  const draw = () => {
    pdf.save().translate(x, y);
    for (const mark of scene.marks) {
      if (mark.kind === "text") drawText(sheet, mark);
      else drawPath(sheet, mark);
    }
    pdf.restore();
  };
  sheet.tag("Figure", draw, parent, { alt: scene.alt, bbox });
}

type Mark<Kind> = Extract<Scene["marks"][number], { kind: Kind }>;

function drawPath({ pdf }: Sheet, { d, fill, stroke, width, dash }: Mark<"path">): void {
  pdf.path(d);
  if (stroke) {
    pdf.lineWidth(width ?? 1).lineJoin("round");
    if (dash) pdf.dash(dash[0], { space: dash[1] });
    else pdf.undash();
  }
  if (fill && stroke) pdf.fillAndStroke(fill, stroke);
  else if (fill) pdf.fill(fill);
  else if (stroke) pdf.stroke(stroke);
}

function drawText(sheet: Sheet, { x, y, text, size, anchor, fill, bold }: Mark<"text">): void {
  const style = { font: bold ? "bold" : "regular", size, colour: fill, leading: 1 } as const;
  const [line = ""] = sheet.lines(text, style, Infinity);
  const width = sheet.width(line, style);
  const left = anchor === "start" ? x : anchor === "middle" ? x - width / 2 : x - width;
  // The line's box has its base line 0.84 of the size below its top (see `writeLine`).
  sheet.write([line], style, { x: left, y: y - size * 0.84 });
}
