import { readFileSync } from "node:fs";
import { Client, type ClientOptions } from "@elastic/elasticsearch";
import { z } from "zod";
import { AppError, messageOf } from "../lib/errors.ts";
import { loginProblems } from "../lib/login.ts";

const url = z.url({ protocol: /^https?$/, error: "write an address such as https://es1:9200" });

/** Config section `elasticsearch:`. */
export const elasticsearchOptions = z
  .strictObject({
    url: z
      .union([url, z.array(url).min(1)])
      .describe("address of the cluster, or a list of its nodes' addresses"),
    api_key: z.string().min(1).optional().describe("API key, as the cluster encoded it"),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe("file with the authority that signed its certificate"),
    ca_fingerprint: z
      .string()
      .regex(/^([0-9a-f]{2}:?){32}$/i, "write the SHA-256 of the authority in hexadecimal digits")
      .optional()
      .describe("SHA-256 fingerprint of that authority"),
    compress: z
      .boolean()
      .optional()
      .describe("send events gzipped; where left out: unless it runs on this machine"),
    logsdb: z
      .boolean()
      .optional()
      .describe("store events as logsdb where it can: less disk, slower to index"),
  })
  .superRefine((options, context) => {
    const wrong = (path: string, message: string) => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    for (const { key, message } of loginProblems(options)) wrong(key, message);
    if (options.ca && options.ca_fingerprint) {
      wrong("ca_fingerprint", "give ca or ca_fingerprint, not both");
    }
    const urls = [options.url].flat();
    for (const key of ["ca", "ca_fingerprint"] as const) {
      if (options[key] && !urls.every((one) => one.startsWith("https:"))) {
        wrong(key, "a certificate is only checked where url begins with https:");
      }
    }
  });

export type ElasticsearchOptions = z.output<typeof elasticsearchOptions>;

/**
 * Whether it pays to compress what is sent: a tenth of the bytes for a few microseconds an event, which is more than a
 * loopback address gives back and less than any network.
 */
export function isWorthCompressing({ url, compress }: ElasticsearchOptions): boolean {
  const here = /^(localhost|127(\.\d+){3}|\[::1\])$/;
  return compress ?? ![url].flat().every((one) => here.test(new URL(one).hostname));
}

/**
 * The one client, for 8.19 and 9.x. It connects at the first call.
 *
 * @throws ES_CA_UNREADABLE.
 */
export function createClient(options: ElasticsearchOptions): Client {
  const auth = options.api_key
    ? { apiKey: options.api_key }
    : options.username && options.password
      ? { username: options.username, password: options.password }
      : undefined;
  const settings: ClientOptions = {
    nodes: [options.url].flat(),
    ...(auth && { auth }),
    ...(options.ca && { tls: { ca: readCa(options.ca) } }),
    // The client then compares the authority at the end of the server's chain, which need be known to nobody else.
    ...(options.ca_fingerprint && {
      caFingerprint: withColons(options.ca_fingerprint),
      tls: { rejectUnauthorized: false },
    }),
    // Every search is asked again; what writes turns this off and decides itself.
    maxRetries: 3,
    requestTimeout: 60_000,
    redaction: { type: "replace" },
  };
  return new Client(settings);
}

function readCa(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AppError("ES_CA_UNREADABLE", `elasticsearch.ca: ${messageOf(error)}`, {
      hint: "name a PEM file that Leafwatch's user may read",
      cause: error,
    });
  }
}

function withColons(fingerprint: string): string {
  const digits = fingerprint.replaceAll(":", "").toUpperCase();
  return digits.match(/../g)?.join(":") ?? digits;
}
