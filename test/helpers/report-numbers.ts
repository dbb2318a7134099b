import { charts } from "../../src/report/sections/charts.ts";
import { appendix } from "../../src/report/sections/appendix.ts";
import { definitions } from "../../src/report/sections/definitions.ts";
import { summary } from "../../src/report/sections/summary.ts";
import { checkIn } from "../../src/report/sections/check-in.ts";
import { findingRules } from "../../src/report/findings.ts";
import type { Report } from "../../src/report/model.ts";
import { createWording } from "../../src/report/wording.ts";

/** The numbers in a text as they are written: `1,234`, `12.5`, `08`. */
export function numbersIn(text: string): string[] {
  return text.match(/\d+(?:[.,\u00a0]\d+)*/g) ?? [];
}

/**
 * Every number that a page may show: those of the report's JSON in each way in which a report writes them, those of
 * its dates and texts, the ticks of its charts, and what the fixed words of its definitions name.
 */
export function numbersOf(report: Report): Set<string> {
  const wording = createWording(report.language, report.week.timezone);
  const { count, percent, seconds, change, date, dateTime, shortDate, time, days } = wording;
  const found = new Set<string>();
  const add = (...texts: string[]) => {
    for (const text of texts) for (const number of numbersIn(text)) found.add(number);
  };
  const walk = (value: unknown): void => {
    if (typeof value === "number") {
      add(String(value), count(value), percent(value), change(value), change(value, "points"));
      add(seconds(value), seconds(value / 1000), count(Math.floor(value / 24)));
    } else if (typeof value === "string") {
      add(value);
      if (/^\d{4}-\d{2}-\d{2}T/.test(value)) add(date(value), dateTime(value), time(value));
      else if (/^\d{4}-\d{2}-\d{2}$/.test(value)) add(shortDate(`${value}T12:00:00Z`), date(value));
    } else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        add(key);
        walk(inner);
      }
    }
  };
  walk(report);
  add(days(report.week.from, report.week.to), report.week.id.replace("-W", " "));
  add(String(Number(report.week.id.slice(6))));
  for (let hour = 0; hour < 24; hour++) add(String(hour).padStart(2, "0"));
  for (const [word, meaning] of definitions) add(word, meaning);
  for (const rule of findingRules) add(rule.when);
  for (const block of [
    ...charts(report, wording),
    ...summary(report, wording),
    ...checkIn(report, wording),
  ]) {
    if (block.kind !== "charts") continue;
    for (const { scene } of block.charts) {
      for (const mark of scene.marks) if (mark.kind === "text") add(mark.text);
    }
  }
  for (const block of appendix(report, wording)) {
    if (block.kind === "log") add(...block.lines);
  }
  return found;
}
