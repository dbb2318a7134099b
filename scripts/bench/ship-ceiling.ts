import http from "node:http";
import { createLineParser } from "../../src/parse/line-parser.ts";
import { formatOf } from "../../src/parse/registry.ts";
import { utc } from "../../src/parse/zone.ts";
import { bulkBody, prepareDocument } from "../../src/ship/document.ts";
import type { MakeLine } from "./parse-lines.ts";

/** A body that lies ready, and where in it the ids begin. */
interface Body {
  bytes: Buffer;
  ids: Uint32Array;
}

const bulkDocuments = 4000;
const connections = 3;
/** As many different documents lie ready as fit into memory; they are sent again under other ids. */
const readyDocuments = 200_000;

/** Bulk bodies of the documents that our shipper makes of the same lines. */
export function readyBodies(lineOf: MakeLine, namespace: string, documents: number): Body[] {
  const format = formatOf("apache.access");
  if (!format) throw new TypeError("apache.access is a format");
  const parser = createLineParser(format.create({}), {
    ...{ dataset: "apache.access", namespace, host: "web1", path: "/x", zone: utc, version: "0" },
  });
  const bodies: Body[] = [];
  const ready = Math.min(documents, readyDocuments);
  for (let from = 0; from < ready; from += bulkDocuments) {
    const prepared = Array.from({ length: Math.min(bulkDocuments, ready - from) }, (_, n) => {
      const offset = (from + n) * 200;
      const event = parser.parse({ text: lineOf(from + n), offset }, Date.now());
      if (!event) throw new TypeError("every line is an event");
      return prepareDocument(event, "0w5e11264sgsf", offset, namespace);
    });
    const bytes = bulkBody(prepared, Date.now());
    bodies.push({ bytes, ids: idsIn(bytes) });
  }
  return bodies;
}

function idsIn(bytes: Buffer): Uint32Array {
  const key = '"_id":"';
  const ids: number[] = [];
  for (let line = 0; line < bytes.length; line = bytes.indexOf(10, bytes.indexOf(10, line) + 1) + 1)
    ids.push(bytes.indexOf(key, line) + key.length);
  return Uint32Array.from(ids);
}

/**
 * Documents a second that the server takes from a client which does nothing but send: three connections, `documents`
 * in all. Each round over the bodies changes one letter of their ids.
 */
export async function ceiling(
  url: string,
  bodies: readonly Body[],
  documents: number,
): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  let sent = 0;
  let next = 0;
  const begun = performance.now();
  const sender = async () => {
    while (sent < documents) {
      const body = bodies[next % bodies.length];
      if (!body) throw new TypeError("there is at least one body");
      const round = "abcdefghijklmnopqrstuvwxyz".charCodeAt(Math.floor(next / bodies.length));
      next++;
      sent += body.ids.length;
      for (const at of body.ids) body.bytes[at] = round;
      await post(url, agent, body.bytes);
    }
  };
  await Promise.all(Array.from({ length: connections }, sender));
  const seconds = (performance.now() - begun) / 1000;
  agent.destroy();
  return sent / seconds;
}

function post(url: string, agent: http.Agent, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${url}/_bulk?filter_path=errors`,
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
