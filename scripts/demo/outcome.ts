import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AlertDocument } from "../../src/model/alert-document.ts";
import { messageOf } from "../../src/lib/errors.ts";
import { mailProblems, readMails, writeMails, type KeptMail } from "./mails.ts";
import { patiently } from "./patiently.ts";
import { pagesOfPdf } from "./pdf-opens.ts";
import type { Stage } from "./stage.ts";
import { alertProblems, documentProblems } from "./problems.ts";
import { compareAlerts, readAlerts } from "./raised.ts";
import { compare, readStored } from "./stored.ts";
import type { Summary } from "./summary.ts";

/** What the demo came to, and what is shown of it. */
export interface Outcome {
  summary: Summary;
  alerts: readonly AlertDocument[];
  mails: readonly KeptMail[];
  report: { pages: number; bytes: number } | undefined;
}

/** Compares what was written with what is stored, raised and mailed; leaves mails, PDF and alerts in `folder`. */
export async function settle(
  stage: Stage,
  folder: string,
  earlier: { problems: readonly string[]; startedMs: number },
  signal: AbortSignal,
): Promise<Outcome> {
  const { server, hosts, mailServer, world } = stage;
  const { client, namespace } = server;
  const comparison = await patiently(
    () => compare(hosts.files.written, readStored(client, stage.streams, signal)),
    signal,
  );
  const alerts = await readAlerts(client, namespace, signal);
  const raised = compareAlerts(alerts, world.expected);
  const mails = await readMails(mailServer.mails, alerts);
  const problems = [
    ...earlier.problems,
    ...documentProblems(comparison),
    ...alertProblems(raised),
    ...mailProblems(mails, alerts),
  ];
  await writeMails(mails, join(folder, "mail"));
  await writeFile(join(folder, "alerts.json"), `${JSON.stringify(alerts, null, 2)}\n`);
  const report = await writePdf(mails, join(folder, "weekly-report.pdf"), problems);
  const summary: Summary = {
    ok: problems.length === 0,
    lines_written: hosts.files.written.length,
    documents: comparison.documents,
    duplicates: comparison.duplicates,
    missing: comparison.missing.length,
    alerts: alerts.length,
    mails: mails.length,
    seconds: Math.round((performance.now() - earlier.startedMs) / 100) / 10,
    documents_by_dataset: comparison.byDataset,
    alerts_by_rule: raised.byRule,
    unexpected_alerts: raised.unexpected,
    problems,
    elasticsearch_version: server.version,
  };
  return { summary, alerts, mails, report };
}

/** The report as the mail brought it; adds to `problems` when it does not open. */
async function writePdf(
  mails: readonly KeptMail[],
  path: string,
  problems: string[],
): Promise<Outcome["report"]> {
  const pdf = mails.find((mail) => mail.pdf !== undefined)?.pdf;
  if (!pdf) return undefined;
  await writeFile(path, pdf);
  try {
    return { pages: await pagesOfPdf(path, pdf), bytes: pdf.length };
  } catch (error) {
    problems.push(`weekly-report.pdf does not open: ${messageOf(error)}`);
    return undefined;
  }
}
