/** A drawing as plain data: the PDF draws its paths and texts itself, HTML and mail take it as SVG or PNG. */
export interface Scene {
  /** Points (1/72 inch) in a PDF, CSS pixels elsewhere. */
  readonly width: number;
  readonly height: number;
  /** One sentence that says what a reader of the picture sees; for those who cannot see it. */
  readonly alt: string;
  readonly marks: readonly Mark[];
}

export type Mark = PathMark | TextMark;

export interface PathMark {
  readonly kind: "path";
  /** SVG path data. */
  readonly d: string;
  readonly fill?: string;
  readonly stroke?: string;
  /** Of the stroke. */
  readonly width?: number;
  readonly dash?: readonly [number, number];
}

export interface TextMark {
  readonly kind: "text";
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly anchor: "start" | "middle" | "end";
  readonly fill: string;
  readonly bold?: boolean;
}

/**
 * The colours of every chart and page. Text colours have at least 4.5 : 1 on white; the levels differ in lightness,
 * so that they stay apart in black and white.
 */
export const palette = {
  ink: "#1b2329",
  muted: "#56616b",
  line: "#c9d1d7",
  faint: "#eef1f3",
  accent: "#1e5c57",
  pale: "#bfd8d4",
  band: "#e3ecea",
  white: "#ffffff",
  levels: {
    critical: "#3f0d12",
    high: "#8c2f1b",
    medium: "#c9772b",
    low: "#e6bf85",
    informational: "#f3e9d8",
  },
} as const;

export const fontFamily = "'DejaVu Sans Condensed','DejaVu Sans',Verdana,sans-serif";

/** Coordinates in paths: two decimals are a hundredth of a point, and the same bytes on every machine. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A rectangle with square corners. */
export function rect(
  x: number,
  y: number,
  width: number,
  height: number,
  paint: Omit<PathMark, "kind" | "d">,
): PathMark {
  return {
    kind: "path",
    d: `M${round(x)},${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`,
    ...paint,
  };
}

/** A straight line. */
export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  stroke: string,
  width = 0.5,
  dash?: readonly [number, number],
): PathMark {
  const d = `M${round(from[0])},${round(from[1])}L${round(to[0])},${round(to[1])}`;
  return { kind: "path", d, stroke, width, ...(dash && { dash }) };
}

/** A text at its base line. */
export function text(
  x: number,
  y: number,
  content: string,
  options: Partial<Pick<TextMark, "size" | "anchor" | "fill" | "bold">> = {},
): TextMark {
  return {
    kind: "text",
    x: round(x),
    y: round(y),
    text: content,
    size: 7.5,
    anchor: "start",
    fill: palette.muted,
    ...options,
  };
}

/** About how wide `content` stands in the condensed font; for deciding what fits, not for placing. */
export function textWidth(content: string, size: number): number {
  return content.length * size * 0.52;
}

/** The scene as a standalone `<svg>` element whose text alternative is `alt`. */
export function toSvg(scene: Scene): string {
  const head =
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeXml(scene.alt)}" ` +
    `viewBox="0 0 ${round(scene.width)} ${round(scene.height)}" ` +
    `width="${round(scene.width)}" height="${round(scene.height)}" font-family="${fontFamily}">`;
  return `${head}<title>${escapeXml(scene.alt)}</title>${scene.marks.map(markToSvg).join("")}</svg>`;
}

function markToSvg(mark: Mark): string {
  if (mark.kind === "text") {
    const weight = mark.bold ? ' font-weight="bold"' : "";
    const place = `x="${mark.x}" y="${mark.y}" font-size="${mark.size}" text-anchor="${mark.anchor}"`;
    return `<text ${place} fill="${mark.fill}"${weight}>${escapeXml(mark.text)}</text>`;
  }
  const stroke = mark.stroke
    ? ` stroke="${mark.stroke}" stroke-width="${mark.width ?? 1}" stroke-linejoin="round"`
    : "";
  const dash = mark.dash ? ` stroke-dasharray="${mark.dash.join(" ")}"` : "";
  return `<path d="${mark.d}" fill="${mark.fill ?? "none"}"${stroke}${dash}/>`;
}

function escapeXml(content: string): string {
  return content
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}
