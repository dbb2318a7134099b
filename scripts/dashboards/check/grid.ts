import { gridColumns } from "../grid.ts";
import type { DashboardObject } from "./shape.ts";

/** Panels stand inside the grid, none on another, no column of a row unused, each under one name. */
export function checkGrid({ attributes }: DashboardObject): string[] {
  const panels = attributes.panelsJSON;
  const problems: string[] = [];
  const taken = new Map<string, string>();
  const seen = new Set<string>();
  for (const panel of panels) {
    const name = `panel ${panel.title || panel.type}`;
    const { x, y, w, h, i } = panel.gridData;
    if (i !== panel.panelIndex) problems.push(`${name}: gridData.i is not panelIndex`);
    if (seen.has(panel.panelIndex)) problems.push(`${name}: its panelIndex is used twice`);
    seen.add(panel.panelIndex);
    if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > gridColumns) {
      problems.push(`${name} stands outside the grid`);
      continue;
    }
    if (panel.type !== "links" && panel.embeddableConfig.title !== panel.title) {
      problems.push(`${name}: its two titles differ`);
    }
    const under = new Set<string>();
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        const other = taken.get(`${column},${row}`);
        if (other !== undefined) under.add(other);
        taken.set(`${column},${row}`, panel.title);
      }
    }
    for (const other of under) problems.push(`${name} overlaps ${other || "the links"}`);
  }
  const bottom = Math.max(0, ...panels.map(({ gridData }) => gridData.y + gridData.h));
  for (let row = 0; row < bottom; row++) {
    const used = Array.from({ length: gridColumns }, (_, column) => taken.has(`${column},${row}`));
    if (used.includes(false)) problems.push(`row ${row} of the grid has a hole`);
  }
  return problems;
}
