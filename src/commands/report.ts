import { Option } from "commander";
import { writeFile } from "node:fs/promises";
import { AppError, messageOf } from "../lib/errors.ts";
import { renderHtml } from "../report/html.ts";
import { renderJson } from "../report/json.ts";
import { reportMail } from "../report/mail.ts";
import type { Report } from "../report/model.ts";
import type { Audience } from "../report/options.ts";
import { renderPdf } from "../report/pdf.ts";
import { audienceName } from "../report/schedule.ts";
import { parseWeek, weekBefore, weekOf } from "../report/week.ts";
import { openReachable, withConfig, type ConfigOptions, type Context } from "./context.ts";
import type { AddCommand } from "./io.ts";
import { openOutbox } from "./outbox.ts";
import { reportOf } from "./reporting.ts";

const formats = ["pdf", "html", "json"] as const;

interface Options extends ConfigOptions {
  week?: string;
  out?: string;
  format?: (typeof formats)[number];
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
      new Option("--format <format>", "default: by the file's name, else pdf").choices(formats),
    )
    .option("--audience <name>", "one of several audiences in report: (default: the first)")
    .option("--send", "mail it to the audience now")
    .action(async (options: Options) => {
      const { out, send } = options;
      if (out === undefined && !send) throw nowhere();
      await using context = await openReachable(options, io);
      const { config } = context;
      const now = new Date();
      const week =
        options.week === undefined
          ? weekBefore(weekOf(now, config.timezone), 1)
          : parseWeek(options.week, config.timezone);
      const audience = audienceOf(context, options.audience);
      const report = await reportOf(context, audience ?? {}, week, now, io.signal);
      if (out !== undefined) await write(report, out, options.format, (text) => io.out(text));
      if (send) await sendNow(context, report, audience, now, io.signal);
      if (out !== "-")
        await io.out(
          `report of ${week.id}: ${report.verdict.word}${out === undefined ? "" : `, ${out}`}\n`,
        );
    });
};

async function write(
  report: Report,
  path: string,
  wanted: Options["format"],
  stdout: (text: string) => Promise<void>,
): Promise<void> {
  const named = formats.find((format) => path.endsWith(`.${format}`));
  const format = wanted ?? named ?? "pdf";
  if (path === "-") {
    if (format === "pdf")
      throw usage("a PDF is no text for a terminal", "give --out a file's name");
    await stdout(format === "html" ? renderHtml(report) : renderJson(report));
    return;
  }
  const render = { pdf: renderPdf, html: renderHtml, json: renderJson }[format];
  try {
    await writeFile(path, await render(report));
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new AppError("REPORT_WRITE", `${path} cannot be written: ${messageOf(cause)}`, {
      hint: "choose a folder that is there and that you may write to",
      cause,
    });
  }
}

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
