import ipaddr from "ipaddr.js";
import type { Alert, Level, Transition } from "../model/alert.ts";
import { count, percent, spell } from "./when.ts";

/** Names of hosts and logs that a header may show, as we have them; undefined: any name of a host's form. */
export type KnownNames = ReadonlySet<string> | undefined;

/** `HIGH` … as the first word of a subject. */
export function levelWord(level: Level): string {
  return level === "informational" ? "INFO" : level.toUpperCase();
}

/** `[HIGH] SSH brute force from 203.0.113.5 (web1)`, `[RECOVERED] …`; `stem` is what all mails of a thread share. */
export function subjectOf(level: Level, transition: Transition, stem: string): string {
  const prefix = transition === "recovered" ? "RECOVERED" : levelWord(level);
  return `[${prefix}] ${stem}`;
}

/**
 * What an alert is called in a header. Only addresses, numbers, host names of ours and words of the config get in:
 * the parts of the title that would show anything else, or a figure that changes, are left out.
 */
export function subjectStem(alert: Alert, names: KnownNames): string {
  const template = alert.rule.title;
  const parts = template.split(/(?<=[:;,.!?])\s+|\s+[–—-]\s+/);
  const safe = parts
    .filter((part) => placeholders(part).every((name) => headerValue(alert, name, names).steady))
    .map((part) => fill(part, (name) => headerValue(alert, name, names).text));
  const chosen =
    safe.length > 0
      ? safe.join(" ")
      : fill(template, (name) => headerValue(alert, name, names).text);
  const title = headerText(chosen.replace(/[\s:;,]+$/, "")) || headerText(alert.rule.id);
  const host = hostOf(alert);
  const place =
    host !== undefined && isOurs(host, names) && !title.includes(host) ? ` (${host})` : "";
  return `${title}${place}`;
}

/** The one host that an alert is about, by its group or because all of its evidence comes from there. */
export function hostOf(alert: Alert): string | undefined {
  const grouped = alert.group["host.name"];
  if (grouped !== undefined) return String(grouped);
  const seen = new Set([
    ...(alert.evidence.top["host.name"] ?? []).map((entry) => entry.value),
    ...alert.evidence.lines.map((line) => line.host),
  ]);
  return seen.size === 1 ? [...seen][0] : undefined;
}

/** Replaces each `{name}` of a rule's title. */
export function fill(template: string, value: (name: string) => string): string {
  return template.replace(/\{([A-Za-z_@][\w.@-]*)\}/g, (_, name: string) => value(name));
}

/** A number that a title may ask for, in words; undefined when `name` is none. */
export function figure(alert: Alert, name: string): string | undefined {
  if (name === "within") return spell(alert.within);
  const value = alert.figures[name];
  if (value === undefined) return undefined;
  const share = alert.rule.kind === "ratio" && (name === "count" || name === "threshold");
  return share ? percent(value) : count(value);
}

function placeholders(part: string): string[] {
  return [...part.matchAll(/\{([A-Za-z_@][\w.@-]*)\}/g)].map((match) => match[1] ?? "");
}

/** `steady`: the same in every mail of the thread, and safe. */
function headerValue(
  alert: Alert,
  name: string,
  names: KnownNames,
): { text: string; steady: boolean } {
  const number = figure(alert, name);
  if (number !== undefined)
    return { text: number, steady: name === "within" || (name === "threshold" && !alert.expected) };
  if (alert.group[name] !== undefined) {
    const value = String(alert.group[name]);
    if (ipaddr.isValid(value) && /^[0-9a-f.:]+$/i.test(value)) return { text: value, steady: true };
    if (/^\d{1,12}$/.test(value)) return { text: value, steady: true };
    if (ofOurs.has(name) && isOurs(value, names)) return { text: value, steady: true };
  }
  return { text: `a ${standIns[name] ?? "value"}`, steady: false };
}

/** Fields whose values may be names of ours. */
const ofOurs = new Set(["host.name", "event.dataset"]);

/** What a header says in place of log text. */
const standIns: Readonly<Record<string, string>> = {
  "user.name": "user",
  "user.target.name": "user",
  "host.name": "host",
  "url.path": "page",
  "url.domain": "site",
  "process.name": "program",
  "user_agent.original": "browser",
  "event.dataset": "source",
};

function isOurs(name: string, names: KnownNames): boolean {
  return names ? names.has(name) : /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(name);
}

/** One short line of printable characters. */
function headerText(text: string): string {
  return text
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim()
    .slice(0, 120);
}
