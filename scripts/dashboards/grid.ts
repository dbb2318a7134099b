import type { Panel } from "./board.ts";

/** Kibana's grid is 48 columns wide; a row of it is about 20 pixels high. */
export const gridColumns = 48;

export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

const heights = {
  metric: 5,
  series: 12,
  table: 14,
  donut: 14,
  heatmap: 14,
  search: 16,
} as const satisfies Record<Panel["type"], number>;

/** Where each panel stands: rows from top to bottom below `top`, each as high as its highest panel. */
export function placePanels(
  rows: readonly (readonly Panel[])[],
  top: number,
): { panel: Panel; place: Place }[] {
  const placed: { panel: Panel; place: Place }[] = [];
  let y = top;
  for (const row of rows) {
    const h = Math.max(...row.map((panel) => heights[panel.type]));
    let x = 0;
    row.forEach((panel, i) => {
      const w = panel.width ?? share(row, i);
      placed.push({ panel, place: { x, y, w, h } });
      x += w;
    });
    y += h;
  }
  return placed;
}

/** What is left of the row, divided; the first panels take the columns that do not divide. */
function share(row: readonly Panel[], index: number): number {
  const free = row.filter((panel) => panel.width === undefined);
  const left = gridColumns - row.reduce((sum, panel) => sum + (panel.width ?? 0), 0);
  const order = row.slice(0, index).filter((panel) => panel.width === undefined).length;
  return Math.floor(left / free.length) + (order < left % free.length ? 1 : 0);
}
