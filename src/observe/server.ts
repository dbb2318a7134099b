import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError } from "../lib/errors.ts";
import type { Metrics } from "./metrics.ts";

export interface Observer extends AsyncDisposable {
  /** The port that was taken, also where 0 was asked for. */
  readonly port: number;
}

/**
 * Serves `/healthz` (the process answers), `/readyz` (503 with the reasons while `problems` names any) and `/metrics`
 * (Prometheus text) at `listen` (`host:port`).
 *
 * @throws OBSERVE_LISTEN when the address is taken or not ours.
 */
export async function serveHealth(
  listen: string,
  metrics: Metrics,
  problems: () => readonly string[],
): Promise<Observer> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) => {
      response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" });
      response.end(request.method === "HEAD" ? "" : body);
    };
    const text = "text/plain; charset=utf-8";
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") send(405, text, "GET only\n");
    else if (path === "/healthz") send(200, text, "ok\n");
    else if (path === "/readyz") {
      const found = problems();
      send(found.length > 0 ? 503 : 200, text, found.length > 0 ? `${found.join("\n")}\n` : "ok\n");
    } else if (path === "/metrics") {
      metrics.registry.metrics().then(
        (body) => {
          send(200, metrics.registry.contentType, body);
        },
        () => {
          send(500, text, "metrics failed\n");
        },
      );
    } else send(404, text, "/healthz, /readyz, /metrics\n");
  });
  await listening(server, listen);
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function listening(server: Server, listen: string): Promise<void> {
  const colon = listen.lastIndexOf(":");
  server.listen(Number(listen.slice(colon + 1)), listen.slice(0, colon).replace(/^\[|\]$/g, ""));
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new AppError("OBSERVE_LISTEN", `listen: ${listen} cannot be opened: ${String(cause)}`, {
      hint: "another leafwatch may hold it; give this one its own listen: address",
      cause,
    });
  }
}
