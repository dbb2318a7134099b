import type { AccessColumns } from "./access-event.ts";
import { clfTime } from "./timestamp.ts";

/** What stands after the stamp of a common or combined line, and the text before the stamp, still to be split. */
export interface AccessLine extends AccessColumns {
  /** Everything before ` [time]`: addresses and user. */
  head: string;
  /** What follows the user agent, without the blank. */
  rest: string;
}

/**
 * Splits a line of the common or combined log format around its anchors. A server escapes the quotes inside a value,
 * so the first `] "` ends the stamp whatever the user's name holds, and the request ends at a quote that a status
 * follows.
 *
 * @returns the reason as a string when the line is none; `time` is empty where the stamp is not what it should be.
 */
export function accessLine(text: string): AccessLine | string {
  const bracket = text.indexOf('] "');
  if (bracket < 0) return 'no "[time] "request""';
  const open = text[bracket - 27] === "[" ? bracket - 27 : text.lastIndexOf("[", bracket);
  if (open < 1) return "nothing stands before the time";
  const time = clfTime(text.slice(open + 1, bracket));

  const requestFrom = bracket + 3;
  let quote = closingQuote(text, requestFrom);
  while (quote >= 0 && !statusFollows(text, quote + 1)) quote = closingQuote(text, quote + 1);
  if (quote < 0) return "no status after the request";

  const statusFrom = quote + 2;
  const blank = text.indexOf(" ", statusFrom);
  const statusTo = blank < 0 ? text.length : blank;
  let bytesTo = blank < 0 ? text.length : text.indexOf(" ", blank + 1);
  if (bytesTo < 0) bytesTo = text.length;

  const line: AccessLine = {
    time: time ?? "",
    address: "",
    user: "",
    vhost: "",
    vhostPort: "",
    request: text.slice(requestFrom, quote),
    status: text.slice(statusFrom, statusTo),
    bytes: blank < 0 ? "" : text.slice(blank + 1, bytesTo),
    referrer: "",
    agent: "",
    head: text[open - 1] === " " ? text.slice(0, open - 1) : text.slice(0, open),
    rest: "",
  };
  if (text[bytesTo + 1] === '"') addQuoted(line, text, bytesTo + 2);
  else line.rest = text.slice(bytesTo + 1);
  return line;
}

/** Referrer and user agent, from the character after the referrer's quote. */
function addQuoted(line: AccessLine, text: string, from: number): void {
  const end = closingQuote(text, from);
  if (end < 0) {
    // Cut in the middle of the referrer (a full disk, a line over the limit): what is there is still the referrer.
    line.referrer = text.slice(from);
    return;
  }
  line.referrer = text.slice(from, end);
  if (!text.startsWith(' "', end + 1)) {
    line.rest = text.slice(end + 2);
    return;
  }
  const agentFrom = end + 3;
  let agentTo = closingQuote(text, agentFrom);
  // A quote that no blank follows is not the end: some servers do not escape.
  while (agentTo >= 0 && agentTo + 1 < text.length && text[agentTo + 1] !== " ") {
    agentTo = closingQuote(text, agentTo + 1);
  }
  if (agentTo < 0) agentTo = text.length;
  line.agent = text.slice(agentFrom, agentTo);
  line.rest = text.slice(agentTo + 2);
}

/** Index of the next quote that no backslash escapes; -1 when there is none. */
export function closingQuote(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (quote - 1 - backslashes >= from && text.charCodeAt(quote - 1 - backslashes) === 92) {
      backslashes++;
    }
    if (backslashes % 2 === 0) return quote;
  }
  return -1;
}

function statusFollows(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 32) return false;
  if (text.charCodeAt(at + 1) === 45)
    return text.charCodeAt(at + 2) === 32 || at + 2 === text.length;
  for (let i = at + 1; i < at + 4; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= 48 && code <= 57)) return false;
  }
  return at + 4 === text.length || text.charCodeAt(at + 4) === 32;
}
