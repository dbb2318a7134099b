import type { Metric, Panel } from "./board.ts";

type Of<Type extends Panel["type"]> = Extract<Panel, { type: Type }>;
type Rest<Type extends Panel["type"]> = Omit<Of<Type>, "type" | "title">;

/** One number. Its title is the metric's label. */
export function metric(value: Metric, query?: string): Of<"metric"> {
  return { type: "metric", title: value.label, value, ...(query ? { query } : {}) };
}

/** Numbers over time. */
export function series(title: string, panel: Rest<"series">): Of<"series"> {
  return { type: "series", title, ...panel };
}

/** A list of the largest, with a few numbers for each. */
export function table(title: string, panel: Rest<"table">): Of<"table"> {
  return { type: "table", title, ...panel };
}

/** Shares of a whole. */
export function donut(title: string, panel: Rest<"donut">): Of<"donut"> {
  return { type: "donut", title, ...panel };
}

/** The largest, over time. */
export function heatmap(title: string, panel: Rest<"heatmap">): Of<"heatmap"> {
  return { type: "heatmap", title, ...panel };
}

/** The documents of a saved search. */
export function search(title: string, id: string): Of<"search"> {
  return { type: "search", title, search: id };
}
