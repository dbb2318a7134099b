import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@elastic/elasticsearch";
import { parse } from "yaml";
import { startElasticsearch } from "../../src/es/local.ts";

/** How a demo ended, and where it left its result and its temporary folder. */
export interface KeptDemo {
  code: number | null;
  stdout: string;
  stderr: string;
  out: string;
  kept: string;
}

/** Runs the README's command, with a temporary folder of its own, which it is told to keep. */
export async function runDemo(folder: string): Promise<KeptDemo> {
  // The embedded server may run as another user, who must come through.
  await chmod(folder, 0o711);
  const out = join(folder, "demo-out");
  const child = spawn("npm", ["run", "demo", "--", "--out", out, "--keep"], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  const kept = (await readdir(folder)).find((name) => name.startsWith("leafwatch-demo-"));
  assert.ok(kept, said.stderr);
  return { code, ...said, out, kept: join(folder, kept) };
}

/** What a kept demo has stored. */
export interface DemoStore extends AsyncDisposable {
  client: Client;
  namespace: string;
}

/** Opens it: on the server that the demo was given, or by starting its own once more over the indices that it left. */
export async function openStore(kept: string): Promise<DemoStore> {
  const config = parse(await readFile(join(kept, "leafwatch.yml"), "utf8")) as {
    namespace: string;
    elasticsearch: { url: string };
  };
  const { namespace } = config;
  if (process.env["ELASTICSEARCH_URL"]) {
    const client = new Client({ node: config.elasticsearch.url });
    return { client, namespace, [Symbol.asyncDispose]: () => client.close() };
  }
  const server = await startElasticsearch(
    { folder: join(kept, "elasticsearch") },
    AbortSignal.timeout(180_000),
  );
  const client = new Client({ node: server.url });
  return {
    client,
    namespace,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}
