import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { simpleParser, type ParsedMail } from "mailparser";
import type { AlertDocument } from "../../src/model/alert-document.ts";
import type { ReceivedMail } from "./mail-server.ts";

/** A mail that arrived, as its reader sees it. */
export interface KeptMail {
  /** Name of its files without `.eml` and `.html`. */
  name: string;
  subject: string;
  to: string;
  /** Ids of the alerts that it is about. */
  alerts: string[];
  /** `X-Leafwatch-Transition`: active, repeat or recovered; undefined for what is no alert's mail. */
  transition: string | undefined;
  /** The PDF that came with it. */
  pdf: Buffer | undefined;
  html: string;
  raw: Buffer;
}

/** Reads every mail. `rules` names the rule of an alert by its id, for the files' names. */
export async function readMails(
  received: readonly ReceivedMail[],
  alerts: readonly AlertDocument[],
): Promise<KeptMail[]> {
  const rules = new Map(alerts.map((alert) => [alert.leafwatch.alert.id, alert.rule.id]));
  const mails: KeptMail[] = [];
  for (const [i, { raw, to }] of received.entries()) {
    const parsed = await simpleParser(raw);
    const ids =
      header(parsed, "x-leafwatch-alert")
        ?.split(/[\s,]+/)
        .filter(Boolean) ?? [];
    const pdf = parsed.attachments.find(({ contentType }) => contentType === "application/pdf");
    const kind = ids[0] === undefined ? (pdf ? "weekly-report" : "message") : rules.get(ids[0]);
    mails.push({
      name: `${String(i + 1).padStart(2, "0")}-${kind ?? "alert"}`,
      subject: parsed.subject ?? "",
      to: to.join(", "),
      alerts: ids,
      transition: header(parsed, "x-leafwatch-transition"),
      pdf: pdf?.content,
      html: parsed.html || `<meta charset="utf-8"><title>mail</title>${parsed.textAsHtml ?? ""}`,
      raw,
    });
  }
  return mails;
}

/** Writes each mail as it came (`.eml`) and as a page that a browser shows (`.html`). */
export async function writeMails(mails: readonly KeptMail[], folder: string): Promise<void> {
  for (const { name, raw, html } of mails) {
    await writeFile(join(folder, `${name}.eml`), raw);
    await writeFile(join(folder, `${name}.html`), html);
  }
}

/** What is wrong with the mails: each alert has exactly one, there is one report, and nothing else came. */
export function mailProblems(
  mails: readonly KeptMail[],
  alerts: readonly AlertDocument[],
): string[] {
  const problems: string[] = [];
  for (const alert of alerts) {
    const { id } = alert.leafwatch.alert;
    const about = mails.filter((mail) => mail.alerts.includes(id));
    if (about.length === 1 && about[0]?.alerts.length === 1) continue;
    const subjects = about.map(({ subject }) => `"${subject}"`).join(", ") || "none";
    problems.push(`the alert ${id} of ${alert.rule.id} has not one mail of its own: ${subjects}`);
  }
  const reports = mails.filter(({ pdf }) => pdf !== undefined);
  if (reports.length !== 1) problems.push(`${reports.length} mails bring a report instead of one`);
  const known = new Set(alerts.map((alert) => alert.leafwatch.alert.id));
  for (const { subject, alerts: ids, pdf } of mails) {
    if (pdf === undefined && !ids.some((id) => known.has(id))) {
      problems.push(`a mail is neither an alert's nor the report: "${subject}"`);
    }
  }
  return problems;
}

function header(mail: ParsedMail, name: string): string | undefined {
  const value = mail.headers.get(name);
  return typeof value === "string" ? value : undefined;
}
