import type { Documents } from "../../es/documents.ts";
import type { Before } from "../opening.ts";
import type { OutboxRow } from "./row.ts";

/** What the readers of `row` were last told of its alert; undefined when that was nothing, or never reached them. */
export async function toldBefore(
  rows: Documents<OutboxRow>,
  { after = [] }: OutboxRow,
  signal: AbortSignal,
): Promise<Before | undefined> {
  let newest: { number: number; before: Before } | undefined;
  for (const id of after) {
    const earlier = await rows.get(id, signal);
    if (earlier?.doc.body.kind !== "alert" || earlier.doc.state === "dead") continue;
    const { alert, transition, number, at } = earlier.doc.body.notification;
    if (newest && newest.number >= number) continue;
    const { level } = alert.rule;
    newest = { number, before: { level, transition, count: alert.count, at } };
  }
  return newest?.before;
}
