import http from "node:http";
import { createLineParser } from "../../src/parse/line-parser.ts";
import { formatOf } from "../../src/parse/registry.ts";
import { utc } from "../../src/parse/zone.ts";
import { bulkBody, prepareDocument, release } from "../../src/ship/document.ts";
import type { MakeLine } from "./parse-lines.ts";

const bulkDocuments = 4000;
const connections = 3;

/** Bulk bodies of the documents that our shipper makes of the same lines, all of them different. */
export function readyBodies(lineOf: MakeLine, namespace: string, documents: number): Buffer[] {
  const format = formatOf("apache.access");
  if (!format) throw new TypeError("apache.access is a format");
  const parser = createLineParser(format.create({}), {
    ...{ dataset: "apache.access", namespace, host: "web1", path: "/x", zone: utc, version: "0" },
  });
  const bodies: Buffer[] = [];
  for (let from = 0; from < documents; from += bulkDocuments) {
    const prepared = Array.from({ length: Math.min(bulkDocuments, documents - from) }, (_, n) => {
      const offset = (from + n) * 200;
      const event = parser.parse({ text: lineOf(from + n), offset }, Date.now());
      if (!event) throw new TypeError("every line is an event");
      return prepareDocument(event, "0w5e11264sgsf", offset, namespace);
    });
    bodies.push(Buffer.from(bulkBody(prepared, Date.now())));
    for (const document of prepared) release(document);
  }
  return bodies;
}

/**
 * Documents a second that the server takes from a client which does nothing but send, and asks what became of each:
 * three connections, `documents` in all.
 */
export async function ceiling(
  url: string,
  bodies: readonly Buffer[],
  documents: number,
): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const next = bodies.values();
  const begun = performance.now();
  const sender = async () => {
    for (const body of next) await post(url, agent, body);
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const seconds = (performance.now() - begun) / 1000;
  agent.destroy();
  return documents / seconds;
}

function post(url: string, agent: http.Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/_bulk?filter_path=errors,items.*.status`,
      {
        method: "POST",
        agent,
        headers: { "content-type": "application/x-ndjson", "content-length": body.length },
      },
      (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => {
          if (text.includes('"errors":false')) resolve();
          else reject(new Error(`the ceiling's bulk failed: ${text.slice(0, 300)}`));
        });
      },
    );
    request.on("error", reject).end(body);
  });
}
