import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "@elastic/elasticsearch";
import { createClient } from "../../src/es/client.ts";

/** A request that the double was sent. */
export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/**
 * A double of Elasticsearch for calls that the small distribution lacks. It knows nothing but what `answer` says, which
 * is what Elastic's documentation records; what the real server makes of the calls is not shown by it.
 */
export async function documented(
  answer: (asked: Asked) => { status?: number; body: unknown },
): Promise<{ client: Client; asked: Asked[] } & AsyncDisposable> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const one: Asked = {
        method: request.method ?? "",
        path: request.url ?? "",
        body: text === "" ? undefined : JSON.parse(text),
      };
      asked.push(one);
      const { status = 200, body } = answer(one);
      response
        .writeHead(status, {
          "content-type": "application/vnd.elasticsearch+json;compatible-with=8",
          "x-elastic-product": "Elasticsearch",
        })
        .end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = createClient({ url: `http://127.0.0.1:${port}` });
  return {
    client,
    asked,
    async [Symbol.asyncDispose]() {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
