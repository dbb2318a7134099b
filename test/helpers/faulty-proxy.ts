import http from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one bulk request on its way. */
export type Fault =
  | "pass"
  /** Answered with this status, without reaching the server. */
  | { refuse: number }
  /** Carried out, but the connection is cut before the answer. */
  | "lose the answer"
  /** Cut before it reaches the server. */
  | "lose the request"
  /** Carried out; the answer never comes. */
  | "hang"
  /** Carried out; the answer is something else. */
  | "odd answer"
  | "short answer"
  /** Only the first half is carried out; the other items are answered with this status. */
  | { half: number }
  /** Bodies of more bytes are answered with 413. */
  | { atMost: number };

/** A proxy before Elasticsearch that follows a script: one fault for each bulk, then everything passes. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  /** Bulks seen. */
  readonly bulks: number;
  /** Bytes of their bodies, as they came over the wire. */
  readonly bytes: number;
  /** Called after a bulk was carried out whose answer is withheld. */
  onLost: (() => Promise<void>) | undefined;
  /** What happens to a bulk of this body, whatever the script says; undefined leaves it to the script. */
  faultOf: ((body: string) => Fault | undefined) | undefined;
}

export async function startFaultyProxy(target: string, script: Fault[]): Promise<FaultyProxy> {
  const self: Pick<FaultyProxy, "onLost" | "faultOf"> & { bulks: number; bytes: number } = {
    ...{ onLost: undefined, faultOf: undefined, bulks: 0, bytes: 0 },
  };
  const server = http.createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: http.IncomingMessage, response: http.ServerResponse) {
    const body = await bytesOf(request);
    const isBulk = request.url?.startsWith("/_bulk") ?? false;
    if (isBulk) self.bytes += body.length;
    const scripted = isBulk ? (script[self.bulks++] ?? script.find(isLimit) ?? "pass") : "pass";
    const fault = (isBulk && self.faultOf?.(body.toString())) || scripted;
    if (typeof fault === "object" && "refuse" in fault) {
      send(response, fault.refuse, error(fault.refuse));
      return;
    }
    if (isLimit(fault) && body.length > fault.atMost) {
      send(response, 413, error(413));
      return;
    }
    if (fault === "lose the request") return void response.destroy();
    if (typeof fault === "object" && "half" in fault) {
      const lines = body.toString().trimEnd().split("\n");
      const kept = Math.floor(lines.length / 4) * 2;
      const first = await forward(request, Buffer.from(`${lines.slice(0, kept).join("\n")}\n`));
      const items =
        kept === 0 ? [] : (JSON.parse(first.body.toString()) as { items: unknown[] }).items;
      const refused = {
        _index: "x",
        status: fault.half,
        error: { type: "es_rejected", reason: "full" },
      };
      const rest = Array.from({ length: (lines.length - kept) / 2 }, () => ({ create: refused }));
      send(response, 200, JSON.stringify({ items: [...items, ...rest] }));
      return;
    }
    const real = await forward(request, body);
    switch (fault) {
      case "lose the answer":
        await self.onLost?.();
        return void response.destroy();
      case "hang":
        await self.onLost?.();
        return;
      case "odd answer": {
        send(response, 200, '{"hello":"world"}');
        return;
      }
      case "short answer": {
        const { items } = JSON.parse(real.body.toString()) as { items: unknown[] };
        send(response, 200, JSON.stringify({ items: items.slice(1) }));
        return;
      }
      default:
        response.writeHead(real.status, real.headers).end(real.body);
    }
  }
  function forward(request: http.IncomingMessage, body: Buffer) {
    return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>(
      (resolve, reject) => {
        const headers = { ...request.headers, "content-length": String(body.length) };
        const { hostname, port } = new URL(target);
        const options = { hostname, port, path: request.url, method: request.method, headers };
        const real = http.request(options, (answered) => {
          void bytesOf(answered).then((bytes) => {
            const rest = { ...answered.headers };
            delete rest["transfer-encoding"];
            resolve({ status: answered.statusCode ?? 0, headers: rest, body: bytes });
          }, reject);
        });
        real.on("error", reject).end(body);
      },
    );
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(self, {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  });
}

function isLimit(fault: Fault): fault is { atMost: number } {
  return typeof fault === "object" && "atMost" in fault;
}

function send(response: http.ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      "content-type": "application/vnd.elasticsearch+json;compatible-with=8",
      "x-elastic-product": "Elasticsearch",
    })
    .end(body);
}

function error(status: number): string {
  return JSON.stringify({ error: { type: "made_up", reason: "by the script" }, status });
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
