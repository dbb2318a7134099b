import { createEnricher } from "../enrich/enricher.ts";
import { enrichOptions } from "../enrich/options.ts";
import { closest } from "../lib/closest.ts";
import { AppError } from "../lib/errors.ts";
import { createLineParser } from "../parse/line-parser.ts";
import { formatOf, formats } from "../parse/registry.ts";
import { utf8Lines } from "../parse/utf8-lines.ts";
import { version } from "../lib/version.ts";
import { zoneOf } from "../parse/zone.ts";
import type { AddCommand, Io } from "./io.ts";

/** The flags of `leafwatch parse`, as commander hands them over. */
export interface ParseOptions {
  format: string;
  timezone: string;
  yearNear?: string;
  logFormat?: string;
  host?: string;
  enrich: boolean;
  explain?: boolean;
}

/** `leafwatch parse`: log lines in, documents out, without config or server. */
export const parseCommand: AddCommand = (program, io) => {
  program
    .command("parse")
    .description("turn log lines on stdin into one JSON document a line on stdout")
    .requiredOption("--format <name>", `one of ${Object.keys(formats).join(", ")}`)
    .option("--timezone <zone>", "zone of stamps that name none", "UTC")
    .option("--year-near <iso>", "when the lines were read: decides a missing year (default: now)")
    .option("--log-format <format>", "Apache LogFormat or nginx log_format of an access log")
    .option("--host <name>", "host.name of the events")
    .option("--no-enrich", "leave out user agent, country and indicators")
    .option("--explain", "say on stderr which pattern took each line and which did not")
    .action((options: ParseOptions) => runParse(options, io));
};

/**
 * Writes exactly one line of JSON for each line of `input`: its document, or `null` for an empty line or a directive.
 *
 * @throws PARSE_UNKNOWN_FORMAT, PARSE_BAD_OPTION: wrong usage.
 */
export async function runParse(
  options: ParseOptions,
  io: Pick<Io, "stdin" | "out" | "err">,
): Promise<void> {
  const format = formatOf(options.format);
  if (!format) throw unknownFormat(options.format);
  const zone = zoneOf(options.timezone);
  if (!zone) throw badOption("--timezone", options.timezone, "an IANA zone such as Europe/London");
  const near = options.yearNear === undefined ? Date.now() : Date.parse(options.yearNear);
  if (Number.isNaN(near)) {
    throw badOption("--year-near", options.yearNear ?? "", "a time such as 2026-11-22T10:00:00Z");
  }
  const trace: string[] = [];
  const parser = createLineParser(
    format.create(options.logFormat === undefined ? {} : { log_format: options.logFormat }),
    {
      dataset: options.format,
      namespace: "leafwatch",
      host: options.host,
      zone,
      version,
      ...(options.explain && {
        trace: (pattern, taken) => trace.push(`${taken ? "took it" : "no"}: ${pattern}`),
      }),
    },
  );
  await using enricher = options.enrich ? await createEnricher(enrichOptions.parse({})) : undefined;
  let number = 0;
  for await (const lines of utf8Lines(io.stdin)) {
    let text = "";
    for (const line of lines) {
      const event = parser.parse(line, near);
      if (event) enricher?.enrich(event);
      text += event === undefined ? "null\n" : `${JSON.stringify(event)}\n`;
      number++;
      if (options.explain) {
        const error = event?.error?.message;
        const verdict = event?.event.kind === "pipeline_error" ? `  ${error ?? ""}\n` : "";
        io.err(`line ${number}\n${trace.map((entry) => `  ${entry}\n`).join("")}${verdict}`);
        trace.length = 0;
      }
    }
    await io.out(text);
  }
}

function unknownFormat(name: string): AppError {
  const names = Object.keys(formats);
  const near = closest(name, names);
  return new AppError("PARSE_UNKNOWN_FORMAT", `there is no format "${name}"`, {
    hint: `${near === undefined ? "" : `did you mean ${near}? `}formats: ${names.join(", ")}`,
  });
}

function badOption(flag: string, value: string, expected: string): AppError {
  return new AppError("PARSE_BAD_OPTION", `${flag} "${value}" is not ${expected}`, {
    hint: `give ${flag} ${expected}, or leave it out`,
  });
}
