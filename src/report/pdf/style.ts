import { palette } from "../../lib/chart.ts";
import type { FontName } from "./document.ts";

/** A4 in points. */
export const page = { width: 595.28, height: 841.89, left: 52, top: 52, bottom: 786 } as const;

export const textWidth = page.width - 2 * page.left;

export interface Style {
  readonly font: FontName;
  readonly size: number;
  readonly colour: string;
  /** Height of a line ÷ size. */
  readonly leading: number;
}

const ink = { colour: palette.ink, leading: 1.42 };

export const styles = {
  title: { font: "bold", size: 27, colour: palette.ink, leading: 1.1 },
  subtitle: { font: "regular", size: 10, colour: palette.muted, leading: 1.4 },
  heading2: { font: "bold", size: 13.5, colour: palette.ink, leading: 1.25 },
  heading3: { font: "bold", size: 9.5, colour: palette.accent, leading: 1.3 },
  body: { font: "regular", size: 9.5, ...ink },
  muted: { font: "regular", size: 8, ...ink, colour: palette.muted },
  link: { font: "regular", size: 8, ...ink, colour: palette.accent },
  strong: { font: "bold", size: 9.5, ...ink },
  cell: { font: "regular", size: 8, ...ink, leading: 1.3 },
  head: { font: "bold", size: 7.5, colour: palette.muted, leading: 1.3 },
  log: { font: "mono", size: 6.6, ...ink },
  tileLabel: { font: "regular", size: 8, ...ink, colour: palette.muted },
  tileValue: { font: "bold", size: 20, colour: palette.ink, leading: 1.15 },
  footer: { font: "regular", size: 7.5, colour: palette.muted, leading: 1.2 },
} as const satisfies Record<string, Style>;
