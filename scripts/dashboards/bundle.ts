import type { Board } from "./board.ts";
import { alerts } from "./boards/alerts.ts";
import { logins } from "./boards/logins.ts";
import { overview } from "./boards/overview.ts";
import { pipeline } from "./boards/pipeline.ts";
import { web } from "./boards/web.ts";
import { windows } from "./boards/windows.ts";
import { dashboard } from "./dashboard.ts";
import { dataViews, tag } from "./data-views.ts";
import type { SavedObject } from "./saved-object.ts";
import { searches, searchObject } from "./searches.ts";

/** All boards, in the order of the links row. */
export const boards: readonly Board[] = [overview, logins, web, windows, alerts, pipeline];

/** Everything that `leafwatch setup` imports, what is referred to before what refers to it. */
export function bundle(): SavedObject[] {
  return [
    ...dataViews,
    tag,
    ...searches.map(searchObject),
    ...boards.map((board) => dashboard(board, boards)),
  ];
}

/** The one file of dashboards/: whole, so that it also imports by hand, in one go and with no reference missing. */
export function bundleFile(): { name: string; text: string } {
  const lines = bundle().map((object) => JSON.stringify(object));
  return { name: "leafwatch.ndjson", text: `${lines.join("\n")}\n` };
}
