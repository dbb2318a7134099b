import { randomBytes } from "node:crypto";
import type { Client } from "@elastic/elasticsearch";
import { downloadProgress } from "../../src/commands/elasticsearch.ts";
import { createClient } from "../../src/es/client.ts";
import { startElasticsearch } from "../../src/es/local.ts";
import { AppError, messageOf } from "../../src/lib/errors.ts";

/** The Elasticsearch of a demo, with a namespace that nobody else uses. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly version: string;
  readonly namespace: string;
  readonly client: Client;
}

/**
 * `url`, where given; else an embedded server with its indices in `folder`. Disposing it stops the embedded server; on
 * another it removes the namespace, unless `keep`.
 *
 * @throws what starting the server throws; DEMO_ES_UNREACHABLE.
 */
export async function openServer(
  options: { url: string | undefined; folder: string; keep: boolean; terminal: boolean },
  err: (text: string) => void,
  signal: AbortSignal,
): Promise<Server> {
  const namespace = `demo_${randomBytes(5).toString("hex")}`;
  if (options.url === undefined) {
    const onDownload = downloadProgress({ err, terminal: options.terminal });
    const local = await startElasticsearch({ folder: options.folder, onDownload }, signal);
    const { url, version } = local;
    const client = createClient({ url });
    return {
      url,
      version,
      namespace,
      client,
      async [Symbol.asyncDispose]() {
        await client.close();
        await local[Symbol.asyncDispose]();
      },
    };
  }
  const { url } = options;
  const client = createClient({ url });
  const version = await versionOf(client, signal);
  return {
    url,
    version,
    namespace,
    client,
    async [Symbol.asyncDispose]() {
      if (!options.keep) await removeNamespace(client, namespace);
      await client.close();
    },
  };
}

/** Asked of a node: `GET /` is not there in the small distribution. */
async function versionOf(client: Client, signal: AbortSignal): Promise<string> {
  try {
    const { nodes } = await client.nodes.info({ filter_path: "nodes.*.version" }, { signal });
    return Object.values(nodes)[0]?.version ?? "unknown";
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError("DEMO_ES_UNREACHABLE", `ELASTICSEARCH_URL: ${messageOf(error)}`, {
      hint: "check the address, or unset ELASTICSEARCH_URL: the demo then starts a server of its own",
      cause: error,
    });
  }
}

/** What a server cannot remove (the small distribution: data streams) stays, under a name that nobody uses again. */
async function removeNamespace(client: Client, namespace: string): Promise<void> {
  const ignore = { ignore: [400, 404, 405] };
  await client.indices.deleteDataStream({ name: `logs-*-${namespace}` }, ignore);
  const { indices } = await client.indices.resolveIndex({ name: `leafwatch-*-${namespace}` });
  for (const { name } of indices) await client.indices.delete({ index: name }, ignore);
  await client.indices.deleteIndexTemplate({ name: `leafwatch-*-${namespace}` }, ignore);
  await client.cluster.deleteComponentTemplate({ name: `leafwatch-${namespace}@*` }, ignore);
}
