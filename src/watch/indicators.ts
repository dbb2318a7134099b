import { isIP } from "node:net";
import { isCidr, type Filter } from "./filter.ts";

/** What a list of known-bad values asks of a field. */
export interface Indicators {
  filter: Filter;
  /** Values that the list holds for this field. */
  size: number;
  /** Lines that are no value, counted from 1. */
  bad: number[];
}

/**
 * Reads a list: one value or address block a line with `#` comments, or CSV with the columns type, value, source and
 * until (the first line names them; until ends a value's validity). A field of addresses takes the addresses of a
 * mixed list, any other field the rest.
 */
export function parseIndicators(text: string, field: string): Indicators {
  const lines = text.split(/\r?\n/);
  const firstAt = lines.findIndex((line) => bareOf(line) !== "");
  const header = bareOf(lines[firstAt] ?? "")
    .replace(/^\uFEFF/, "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const valueAt = header.indexOf("value");
  const untilAt = header.indexOf("until");
  const isAddress = field.endsWith(".ip");
  const byEnd = new Map<string, { values: Set<string>; blocks: string[] }>();
  const bad: number[] = [];
  let size = 0;
  for (const [i, line] of lines.entries()) {
    const bare = bareOf(line);
    if (bare === "" || (i === firstAt && valueAt >= 0)) continue;
    const columns =
      valueAt >= 0 ? bare.split(",").map((cell) => cell.trim().replace(/^"|"$/g, "")) : [bare];
    const value = columns[Math.max(valueAt, 0)] ?? "";
    const until = valueAt >= 0 && untilAt >= 0 ? (columns[untilAt] ?? "") : "";
    if (
      value === "" ||
      (until !== "" && Number.isNaN(Date.parse(until))) ||
      (isAddress && valueAt < 0 && isIP(value) === 0 && !isCidr(value))
    ) {
      bad.push(i + 1);
      continue;
    }
    if ((isIP(value) > 0 || isCidr(value)) !== isAddress) continue;
    const end = until === "" ? "" : new Date(until).toISOString();
    const part = byEnd.get(end) ?? { values: new Set<string>(), blocks: [] };
    if (isCidr(value)) part.blocks.push(value);
    else part.values.add(value);
    byEnd.set(end, part);
    size++;
  }
  const of = [...byEnd].map(([end, { values, blocks }]): Filter => {
    const listed: Filter = { op: "in", field, values, blocks };
    if (end === "") return listed;
    return { op: "all", of: [listed, { op: "range", field: "@timestamp", bounds: { lt: end } }] };
  });
  return { filter: { op: "any", of }, size, bad };
}

const bareOf = (line: string) => line.replace(/(^|\s)#.*$/, "").trim();
