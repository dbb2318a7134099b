import { randomBytes } from "node:crypto";
import { Client, type estypes } from "@elastic/elasticsearch";
import { distributions, type EmbeddedVersion } from "../../src/es/distribution.ts";
import { startElasticsearch, type LocalElasticsearch } from "../../src/es/local.ts";

let started: Promise<LocalElasticsearch> | undefined;

/** `ELASTICSEARCH_URL`, else an embedded server of our own, started once for the whole run. */
export async function elasticsearchUrl(): Promise<string> {
  const given = process.env["ELASTICSEARCH_URL"];
  if (given) return given;
  const version = distributionNamed(process.env["TEST_ELASTICSEARCH_VERSION"]);
  started ??= startElasticsearch({ ...(version && { version }) }, AbortSignal.timeout(600_000));
  return (await started).url;
}

function distributionNamed(name: string | undefined): EmbeddedVersion | undefined {
  return Object.keys(distributions).find((one): one is EmbeddedVersion => one === name);
}

/** A client of that server. */
export async function testClient(): Promise<Client> {
  return new Client({ node: await elasticsearchUrl() });
}

/** A namespace that no other test uses. */
export function randomNamespace(): string {
  return `t${randomBytes(6).toString("hex")}`;
}

/**
 * Removes what a namespace has left: templates, plain indices and, where the server can, its data streams (the
 * small distribution cannot: that is why each test takes its own namespace).
 */
export async function removeNamespace(client: Client, namespace: string): Promise<void> {
  const ignore = { ignore: [400, 404, 405] };
  await client.indices.deleteDataStream({ name: `logs-*-${namespace}` }, ignore);
  for (const name of await indexNames(client, `leafwatch-*-${namespace}`)) {
    await client.indices.delete({ index: name }, ignore);
  }
  const templates = await client.indices.getIndexTemplate({ name: `*-${namespace}` }, ignore);
  // A 404 that is ignored gives an answer without the list.
  for (const { name } of (templates as Partial<typeof templates>).index_templates ?? []) {
    await client.indices.deleteIndexTemplate({ name }, ignore);
  }
  // Refused while an index template is made of them.
  await client.cluster.deleteComponentTemplate({ name: `leafwatch-${namespace}@*` }, ignore);
}

async function indexNames(client: Client, pattern: string): Promise<string[]> {
  const { indices } = await client.indices.resolveIndex({ name: pattern });
  return indices.map((index) => index.name);
}

// Registered on the root suite when a test file imports this one: the server outlives files, not the run.
after(async function () {
  this.timeout(60_000);
  await (await started)?.[Symbol.asyncDispose]();
});

/** What a search finds so far of what comes into being: nothing where there is no index, or its shard just starts (503). */
export async function foundSoFar<T>(
  client: Client,
  request: estypes.SearchRequest,
): Promise<estypes.SearchHit<T>[]> {
  const options = { ignore: [503] };
  const answer: Partial<estypes.SearchResponse<T>> = await client.search<T>(
    { ...request, ignore_unavailable: true },
    options,
  );
  return answer.hits?.hits ?? [];
}
