import type { Client } from "@elastic/elasticsearch";
import { AppError } from "../lib/errors.ts";
import { statusOf, wrap } from "./errors.ts";

/** Mapper types that a cluster may lack, and what stands in for each. */
export const standIns = {
  match_only_text: "text",
  constant_keyword: "keyword",
  wildcard: "keyword",
  scaled_float: "float",
} as const;

export type OptionalType = keyof typeof standIns;

/** What this cluster can do, found out by asking: versions and flavours say little. */
export interface Capabilities {
  /** Mapper types it does not have. */
  missingTypes: ReadonlySet<OptionalType>;
  /** The `_data_stream` API: changing the lifecycle of a stream that exists. */
  dataStreams: boolean;
  /** Data-stream lifecycle in templates. */
  lifecycle: boolean;
  logsdb: boolean;
}

/** @throws what `wrap` throws; ES_FORBIDDEN where the account may not ask. */
export async function askCapabilities(client: Client, signal: AbortSignal): Promise<Capabilities> {
  const accepts = (template: object) => simulate(client, template, signal);
  const missing: OptionalType[] = [];
  for (const type of Object.keys(standIns) as OptionalType[]) {
    const field = type === "scaled_float" ? { type, scaling_factor: 100 } : { type };
    if (!(await accepts({ mappings: { properties: { field } } }))) missing.push(type);
  }
  return {
    missingTypes: new Set(missing),
    dataStreams: await answers(client, "/_data_stream/logs-leafwatch.probe-none", signal),
    lifecycle: await accepts({ lifecycle: { data_retention: "1d" } }),
    logsdb: await accepts({ settings: { "index.mode": "logsdb" } }),
  };
}

/** True when the server would take the template; nothing is stored. */
async function simulate(client: Client, template: object, signal: AbortSignal): Promise<boolean> {
  try {
    await wrap(
      () =>
        client.indices.simulateTemplate(
          {
            index_patterns: ["leafwatch-probe-*"],
            priority: 1_000_000,
            data_stream: {},
            template,
          },
          { signal },
        ),
      signal,
    );
    return true;
  } catch (error) {
    if (statusOf(error) === 400) return false;
    throw error;
  }
}

/** False when there is no such API: 400 "no handler found" or 405. A 404 is about what was asked for. */
async function answers(client: Client, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    await wrap(() => client.transport.request({ method: "GET", path }, { signal }), signal);
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return true;
    if (status === 400 || status === 405) return false;
    throw error;
  }
}

/**
 * The server's version, such as `8.19.21`.
 *
 * @throws ES_ODD_ANSWER when no node says it.
 */
export async function serverVersion(client: Client, signal: AbortSignal): Promise<string> {
  // `GET /` is missing in the small distribution; the nodes know it everywhere.
  const { nodes } = await wrap(
    () => client.nodes.info({ metric: "http", filter_path: "nodes.*.version" }, { signal }),
    signal,
  );
  const version = Object.values(nodes)[0]?.version;
  if (version) return version;
  throw new AppError("ES_ODD_ANSWER", "no node of the cluster says its version", {
    hint: "look for a proxy that answers in its place",
    retryable: true,
  });
}
