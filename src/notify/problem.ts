import type { Problem } from "../model/notification.ts";
import type { Message } from "./message.ts";
import { when } from "./when.ts";

/** A problem of our own as it is told: that it is there, or over. Times are ISO 8601. */
export interface ProblemWord {
  problem: Problem;
  over: boolean;
  since: string;
  /** When this was noticed. */
  at: string;
}

/** The first sentence of such a message. */
export function problemOpening(over: boolean): string {
  return over ? "This is over. It was:" : "Leafwatch needs your help.";
}

/** What a message about a problem of our own says. */
export function problemMessage(
  { problem, over, since, at }: ProblemWord,
  timezone: string,
): Pick<Message, "subject" | "content" | "thread"> {
  const rows = [
    ["Since", when(since, timezone)] as const,
    ...(over ? [["Over since", when(at, timezone)] as const] : []),
  ];
  return {
    thread: [],
    subject: `[LEAFWATCH] ${over ? "Over: " : ""}${problem.title}`,
    content: { kind: "problem", problem, over, rows },
  };
}
