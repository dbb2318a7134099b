import { formatDuration } from "../lib/duration.ts";
import { visible } from "../lib/visible.ts";

/** The placeholders of a title: fields of the group (or plain figures), and fields to count different values of. */
export function titleFields(title: string): { names: string[]; distinct: string[] } {
  const all = [...title.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name.trim());
  const distinct = all.filter((name) => name.startsWith("distinct."));
  return {
    names: [...new Set(all.filter((name) => !name.startsWith("distinct.")))],
    distinct: [...new Set(distinct.map((name) => name.slice("distinct.".length)))],
  };
}

/** The numbers that every title may name beside the fields of its group. */
export const titleFigures = ["count", "threshold", "within"] as const;

/** The title with its values; what a log said is made visible. */
export function fillTitle(
  title: string,
  values: Readonly<Record<string, string | number | boolean>>,
): string {
  return title.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = values[name.trim()];
    if (name.trim() === "within") return formatDuration(Number(value));
    if (typeof value === "number" && !Number.isInteger(value))
      return String(Math.round(value * 1e4) / 1e4);
    return visible(String(value ?? "?"), 200);
  });
}
