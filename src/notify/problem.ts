import type { Problem } from "../model/notification.ts";
import type { Message } from "./message.ts";
import { when } from "./when.ts";

/** A problem of our own as it is told: that it is there, or over. `since` is ISO 8601. */
export interface ProblemWord {
  problem: Problem;
  over: boolean;
  since: string;
}

/** What a message about a problem of our own says. */
export function problemMessage(
  { problem, over, since }: ProblemWord,
  timezone: string,
): Pick<Message, "subject" | "content" | "thread"> {
  const rows = [["Since", when(since, timezone)] as const];
  return {
    thread: [],
    subject: `[LEAFWATCH] ${over ? "Over: " : ""}${problem.title}`,
    content: { kind: "problem", problem, over, rows },
  };
}
