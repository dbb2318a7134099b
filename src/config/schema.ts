import { z } from "zod";
import { hostOptions } from "../collect/host-options.ts";
import { sourceKindFor, sourceKinds } from "../collect/registry.ts";
import { enrichOptions } from "../enrich/options.ts";
import { elasticsearchOptions } from "../es/client.ts";
import { kibanaOptions } from "../kibana/options.ts";
import { byteSize, duration } from "../lib/duration.ts";
import { notifyOptions } from "../notify/options.ts";
import { formats } from "../parse/registry.ts";
import { checkInOptions, reportOptions } from "../report/options.ts";
import { watchOptions } from "../watch/options.ts";

/** A `logs:` entry: its format, with the options of that format and of the source that reads it. */
export type LogEntry = { readonly format: string } & Readonly<Record<string, unknown>>;

const logEntries = Object.values(formats).map(({ type, options }) =>
  z
    .strictObject({
      ...sourceKinds[sourceKindFor(type)].options.shape,
      ...options.shape,
      format: z.literal(type),
    })
    .describe(type),
);

// The registry is never empty, which its type cannot say.
const [firstEntry, ...otherEntries] = logEntries as [(typeof logEntries)[0], ...typeof logEntries];
const logEntry = z.discriminatedUnion("format", [firstEntry, ...otherEntries]);

/** An entry with its defaults filled in. @throws ZodError for options that the format does not have. */
export function logEntryOf(options: LogEntry): LogEntry {
  return logEntry.parse(options);
}

const timezone = z.string().refine(isTimezone, {
  error: "is no time zone; write an IANA name such as Europe/London",
});

const listenError = { error: "write host:port, such as 127.0.0.1:9464; a port is at most 65535" };

/** The whole of leafwatch.yml, assembled from what each part says of its own section. */
export const configSchema = z.strictObject({
  timezone: timezone
    .default("UTC")
    .describe("IANA zone of hosts, windows and reports where nothing else is said"),
  namespace: z
    .string()
    .regex(/^[a-z0-9_]{1,100}$/, "lower-case letters, digits and _, at most 100")
    .default("leafwatch")
    .describe("last part of the data streams' names, logs-<dataset>-<namespace>"),
  retention: duration.prefault("400d").describe("how long events are kept"),
  elasticsearch: elasticsearchOptions.default({ url: "http://127.0.0.1:9200" }),
  kibana: kibanaOptions.optional(),
  hosts: z
    .array(
      hostOptions.extend({
        timezone: timezone.optional().describe("zone of the host's stamps that name none"),
        logs: z.array(logEntry).min(1).describe("what to read there"),
      }),
    )
    .default([]),
  enrich: enrichOptions.prefault({}),
  watch: watchOptions.prefault({}),
  notify: notifyOptions.optional(),
  report: reportOptions.default([]),
  check_in: checkInOptions.optional(),
  listen: z
    .string(listenError)
    .refine((text) => Number(/^.+:(\d+)$/.exec(text)?.[1] ?? Infinity) <= 65_535, listenError)
    .optional()
    .describe("address of /healthz, /readyz and /metrics"),
  limits: z
    .strictObject({
      in_flight: byteSize.prefault("64MB").describe("bytes on their way to Elasticsearch at once"),
      line: byteSize.prefault("1MiB").describe("longest line; what is longer is cut and marked"),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
