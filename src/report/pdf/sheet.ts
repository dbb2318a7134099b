import type { Pdf } from "./document.ts";
import { hasGlyph } from "./document.ts";
import { page, type Style } from "./style.ts";
import { cutLines, directionRuns, printable, wrapText } from "./text.ts";

export type Structure = ReturnType<Pdf["struct"]>;

/** What pdfkit understands of a structure element beside what its types know. */
export interface StructureOptions {
  readonly alt?: string;
  readonly bbox?: readonly [left: number, top: number, right: number, bottom: number];
  readonly scope?: "Column" | "Row";
}

/**
 * The page that is being written, from top to bottom. Every mark is either tagged (`tag`) or an artifact
 * (`decorate`); a text never runs over the page's end by itself, who draws asks for room first.
 */
export interface Sheet {
  readonly pdf: Pdf;
  /** Where the next thing stands. */
  y: number;
  /** A new page, unless the current one has `height` points left. */
  room(height: number): void;
  newPage(): void;
  /** Adds an element to `parent` (the document where left out) and draws its content. */
  tag(type: string, draw?: () => void, parent?: Structure, options?: StructureOptions): Structure;
  /** Draws what is no content: rules, fills, page numbers. */
  decorate(draw: () => void, type?: "Layout" | "Pagination"): void;
  /** The lines that `text` takes. */
  lines(text: string, style: Style, width: number, max?: number): readonly string[];
  /** Draws lines, the first with its top at `y`; returns where they end. */
  write(lines: readonly string[], style: Style, at: Place): number;
  /** Draws lines as a link to `url`, underlined, as a part of `parent`. */
  link(lines: readonly string[], style: Style, at: Place, url: string, parent: Structure): void;
  width(text: string, style: Style): number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  /** Needed where the lines are not to begin at `x`. */
  readonly width?: number;
  readonly align?: "left" | "right";
}

/** A sheet on `pdf`, with its first page. */
export function createSheet(pdf: Pdf, title: string): Sheet {
  const root = pdf.struct("Document", { title });
  pdf.addStructure(root);
  const glyphs = {
    regular: hasGlyph(pdf, "regular"),
    bold: hasGlyph(pdf, "bold"),
    mono: hasGlyph(pdf, "mono"),
  };
  // Room is asked for before something is drawn: most texts are laid out twice.
  const wrapped = new Map<string, readonly string[]>();
  const use = ({ font, size }: Style) => pdf.font(font).fontSize(size);
  const measure = (style: Style) => {
    use(style);
    return (text: string) => pdf.widthOfString(text);
  };
  const sheet: Sheet = {
    pdf,
    y: page.top,
    room(height) {
      if (sheet.y + height > page.bottom && sheet.y > page.top) sheet.newPage();
    },
    newPage() {
      pdf.addPage();
      sheet.y = page.top;
    },
    tag(type, draw, parent = root, options = {}) {
      const element = pdf.struct(type, options);
      parent.add(element);
      if (draw) element.add(draw);
      return element;
    },
    decorate(draw, type = "Layout") {
      pdf.markContent("Artifact", { type });
      draw();
      pdf.endMarkedContent();
    },
    lines(text, style, width, max = Infinity) {
      const key = JSON.stringify([style.font, style.size, width, max, text]);
      const known = wrapped.get(key);
      if (known) return known;
      const shown = printable(text, glyphs[style.font]);
      const lines = cutLines(wrapText(shown, width, measure(style), max), max);
      wrapped.set(key, lines);
      return lines;
    },
    write(lines, style, { x, y, width = 0, align = "left" }) {
      const height = style.size * style.leading;
      for (const [index, line] of lines.entries()) {
        const left = align === "right" ? x + width - measure(style)(line) : x;
        writeLine(pdf, line, style, left, y + index * height);
      }
      return y + lines.length * height;
    },
    link(lines, style, { x, y }, url, parent) {
      const element = pdf.struct("Link");
      parent.add(element);
      const height = style.size * style.leading;
      for (const [index, line] of lines.entries()) {
        const top = y + index * height;
        const width = measure(style)(line);
        element.add(() => {
          sheet.write([line], style, { x, y: top });
        });
        // PDF/UA-1 7.18.5: each has its own words for those who do not see it.
        const Contents = new String(lines.join(" ")) as string;
        pdf.link(x, top, width, height, url, { structParent: element, Contents } as object);
        sheet.decorate(() => {
          const under = top + height * 0.5 + style.size * 0.47;
          pdf
            .undash()
            .moveTo(x, under)
            .lineTo(x + width, under)
            .lineWidth(0.4)
            .stroke(style.colour);
        });
      }
    },
    width: (text, style) => measure(style)(text),
  };
  sheet.newPage();
  return sheet;
}

/** One line, each of its directions laid out by itself. `top` is that of the line's box. */
function writeLine(pdf: Pdf, line: string, style: Style, x: number, top: number): void {
  const baseline = top + style.size * (style.leading / 2 + 0.34);
  let left = x;
  pdf.font(style.font).fontSize(style.size).fillColor(style.colour);
  for (const { text, rtl } of directionRuns(line)) {
    // With any `features` the whole run is laid out at once, so that words of right-to-left text keep their order.
    const features: PDFKit.Mixins.OpenTypeFeatures[] | undefined = rtl ? [] : undefined;
    const options = {
      lineBreak: false,
      baseline: "alphabetic" as const,
      ...(features && { features }),
    };
    pdf.text(text, left, baseline, options);
    left += pdf.widthOfString(text, features && { features });
  }
}
