import type { EcsEvent } from "../../src/model/ecs.ts";

/** Event number `n` of a made-up access log, as a parser would give it; `offset` bytes from the file's start. */
export function accessEvent(n: number, namespace: string): { event: EcsEvent; offset: number } {
  const original = `192.0.2.${n % 250} - - [22/Nov/2026:10:00:00 +0000] "GET /page/${n} HTTP/1.1" 200 12`;
  return {
    offset: n * 100,
    event: {
      "@timestamp": "2026-11-22T10:00:00.000Z",
      ecs: { version: "9.4.0" },
      data_stream: { type: "logs", dataset: "apache.access", namespace },
      event: { kind: "event", dataset: "apache.access", module: "apache", original },
      host: { name: "web1" },
      log: { offset: n * 100, file: { path: "/var/log/apache2/access.log" } },
      source: { ip: `192.0.2.${n % 250}` },
      http: { response: { status_code: 200 } },
      url: { path: `/page/${n}` },
    },
  };
}

/** Events `from` to `to` (without it). */
export function accessEvents(from: number, to: number, namespace: string) {
  return Array.from({ length: to - from }, (_, n) => accessEvent(from + n, namespace));
}
