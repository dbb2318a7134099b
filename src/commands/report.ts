import { Option } from "commander";
import { AppError } from "../lib/errors.ts";
import { reportMail } from "../report/mail.ts";
import type { Report } from "../report/model.ts";
import type { Audience } from "../report/options.ts";
import { renderPdf } from "../report/pdf.ts";
import { audienceName } from "../report/schedule.ts";
import { parseWeek, weekBefore, weekOf } from "../report/week.ts";
import { openReachable, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand } from "./io.ts";
import { openOutbox } from "./outbox.ts";
import { reportFormatOf, reportFormats, writeReport, type ReportFormat } from "./report-file.ts";
import { reportOf } from "./reporting.ts";

interface Options extends ConfigOptions {
  week?: string;
  out?: string;
  format?: ReportFormat;
  audience?: string;
  send?: boolean;
}

/** `leafwatch report`: one week as PDF, HTML or JSON, into a file or by mail. */
export const reportCommand: AddCommand = (program, io) => {
  withConfig(program.command("report"))
    .description("make the report of a week")
    .option("--week <week>", "ISO week such as 2026-W47 (default: the last whole week)")
    .option("--out <file>", "write it there; - is stdout")
    .addOption(
      new Option("--format <format>", "default: by the file's name, else pdf").choices(
        reportFormats,
      ),
    )
    .option("--audience <name>", "one of several audiences in report: (default: the first)")
    .option("--send", "mail it to the audience now")
    .action(async (options: Options) => {
      const { out, send } = options;
      if (out === undefined && !send) throw nowhere();
      const format = reportFormatOf(out ?? "", options.format, io);
      await using context = await openReachable(options, io);
      const { config } = context;
      const now = new Date();
      const week =
        options.week === undefined
          ? weekBefore(weekOf(now, config.timezone), 1)
          : parseWeek(options.week, config.timezone);
      const audience = audienceOf(context, options.audience);
      const report = await reportOf(context, audience ?? {}, week, now, io.signal);
      if (out !== undefined) await writeReport(report, out, format, io);
      if (send) await sendNow(context, report, audience, now, io.signal);
      if (out !== "-")
        await io.out(
          `report of ${week.id}: ${report.verdict.word}${out === undefined ? "" : `, ${out}`}\n`,
        );
    });
};

/** Asked for by hand it is sent again each time, beside what the schedule sends. */
async function sendNow(
  context: Context,
  report: Report,
  audience: Audience | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  if (!audience || audience.to.length === 0)
    throw usage("report: names nobody to send to", "add report: { to: […] } to the config");
  const outbox = await openOutbox(context, signal);
  const mail = reportMail(report, await renderPdf(report), {
    audience: audienceName(audience),
    to: audience.to,
  });
  await outbox.enqueueMail({ ...mail, id: `${mail.id}-${now.toISOString()}` }, now, signal);
  const { retried, dead } = await outbox.deliver(now, signal);
  if (retried + dead === 0) return;
  throw new AppError("REPORT_NOT_SENT", "the report was not accepted by every mail server yet", {
    hint: "it stays in the outbox; a running `leafwatch watch` tries again, `leafwatch status` shows why",
  });
}

function audienceOf({ config }: Context, name: string | undefined): Audience | undefined {
  if (name === undefined) return config.report[0];
  const found = config.report.find((one) => audienceName(one) === name);
  if (found) return found;
  const known = config.report.map(audienceName).join(", ");
  throw usage(`report: has no audience "${name}"`, `known: ${known || "none"}`);
}

function nowhere(): AppError {
  return usage("where shall the report go?", "--out FILE writes it, --send mails it");
}

function usage(message: string, hint: string): AppError {
  return new AppError("USAGE_REPORT", message, { hint });
}
