import type { Report } from "./model.ts";

/** The report's numbers as JSON text: what the PDF carries as `report.json`. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
