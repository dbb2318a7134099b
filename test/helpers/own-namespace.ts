import type { Client } from "@elastic/elasticsearch";
import { setup } from "../../src/es/templates.ts";
import { randomNamespace, removeNamespace, testClient } from "./elasticsearch.ts";

/** A client, and a namespace with our templates. Dispose it to remove what it has left. */
export interface OwnNamespace extends AsyncDisposable {
  readonly client: Client;
  readonly namespace: string;
}

export async function openNamespace(): Promise<OwnNamespace> {
  const client = await testClient();
  const namespace = randomNamespace();
  await setup(client, { namespace, retentionMs: 400 * 86_400_000 }, new AbortController().signal);
  return {
    client,
    namespace,
    async [Symbol.asyncDispose]() {
      await removeNamespace(client, namespace);
      await client.close();
    },
  };
}
