import { version } from "../../../src/lib/version.ts";
import { alertDocument } from "../../../src/model/alert-document.ts";
import type { EcsEvent } from "../../../src/model/ecs.ts";
import { createLineParser } from "../../../src/parse/line-parser.ts";
import { formats, type FormatName } from "../../../src/parse/registry.ts";
import { zoneOf } from "../../../src/parse/zone.ts";
import { deadLetterOf } from "../../../src/ship/dead-letter.ts";
import { bulkBody, prepareDocument } from "../../../src/ship/document.ts";
import { addresses, from, hourMs, nth, users } from "./cast.ts";
import { alertsOf, historyOf } from "./documents-alerts.ts";
import { windowsEvents } from "./documents-windows.ts";

/** Bulk bodies of a namespace: what a few days of every source leave behind, the same at every run. */
export interface Generated {
  /** For the data streams `logs-*`. */
  logs: string;
  /** For `leafwatch-alerts-<namespace>`. */
  alerts: string;
}

const countries: Record<string, string> = {
  "81.2.69.142": "United Kingdom",
  "89.160.20.112": "Sweden",
};

/** Documents of every dataset that the boards name, made of lines by our own parsers where there are some. */
export function generate(namespace: string): Generated {
  const events = [...accessLogs(), ...errorLogs(), ...authLog()].map((line) =>
    parse(line, namespace),
  );
  const windows = windowsEvents(namespace);
  const all = [...events, ...windows];
  const prepared = all.map((event, i) => prepareDocument(event, "1a2b3c", i * 100, namespace));
  const refused = prepared
    .filter((_, i) => i % 150 === 7)
    .map((document) =>
      deadLetterOf(
        document,
        { type: "document_parsing_exception", reason: "failed to parse field [x]" },
        namespace,
        document.time + 2000,
      ),
    );
  const history = alertsOf().flatMap((alert) => historyOf(alert, namespace));
  const logs = [...prepared, ...refused, ...history].map((document, i) =>
    bulkBody([document], document.time + 200 + ((i * 37) % 900)).toString(),
  );
  const alerts = alertsOf().map(
    (alert) =>
      `${JSON.stringify({ create: { _index: `leafwatch-alerts-${namespace}`, _id: alert.id } })}\n${JSON.stringify(alertDocument(alert))}\n`,
  );
  return { logs: logs.join(""), alerts: alerts.join("") };
}

interface Line {
  format: FormatName;
  host: string;
  path: string;
  text: string;
}

function* accessLogs(): Generator<Line> {
  const statuses = [200, 200, 200, 301, 401, 403, 404, 500, 200, 503];
  const agents = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "curl/8.5.0",
  ];
  for (let n = 0; n < 700; n++) {
    const status = nth(statuses, n * 7 + Math.floor(n / 13));
    const date = new Date(from + ((n * 617) % 5760) * 60_000);
    const user = status === 401 || n % 9 === 0 ? nth(users, n) : "-";
    const path = status === 404 ? `/old/${n % 9}` : nth(["/", "/login", "/news", "/api/items"], n);
    const method = nth(["GET", "GET", "POST", "HEAD"], n);
    yield {
      format: n % 3 === 0 ? "nginx.access" : "apache.access",
      host: n % 3 === 0 ? "app1" : "web1",
      path: n % 3 === 0 ? "/var/log/nginx/access.log" : "/var/log/apache2/access.log",
      text: `${nth(addresses, n * 3)} - ${user} [${clfStamp(date)}] "${method} ${path} HTTP/1.1" ${status} ${100 + n} "-" "${nth(agents, n)}"`,
    };
  }
}

/** `17/Nov/2026:10:00:00 +0000`. */
function clfStamp(date: Date): string {
  const [, day = "", month = "", year = "", time = ""] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

function* errorLogs(): Generator<Line> {
  for (let n = 0; n < 40; n++) {
    const date = new Date(from + n * 2 * hourMs);
    const [day, month, dayOfMonth, year] = [
      date.toUTCString().slice(0, 3),
      date.toUTCString().slice(8, 11),
      date.toUTCString().slice(5, 7),
      date.getUTCFullYear(),
    ];
    const time = date.toISOString().slice(11, 19);
    yield {
      format: "apache.error",
      host: "web1",
      path: "/var/log/apache2/error.log",
      text:
        n % 8 === 3
          ? "not a line of an error log"
          : `[${day} ${month} ${dayOfMonth} ${time}.123456 ${year}] [core:error] [pid 1234:tid 5678] [client 203.0.113.66:4711] AH00126: Invalid URI in request`,
    };
    yield {
      format: "nginx.error",
      host: "app1",
      path: "/var/log/nginx/error.log",
      text: `${date.toISOString().slice(0, 10).replaceAll("-", "/")} ${time} [error] 33#33: *${n} open() "/srv/missing" failed (2: No such file or directory), client: 198.51.100.7, server: _, request: "GET /missing HTTP/1.1", host: "app1"`,
    };
  }
}

function* authLog(): Generator<Line> {
  const says: ((user: string, address: string, n: number) => string)[] = [
    (user, address) => `sshd[411]: Failed password for ${user} from ${address} port 4001 ssh2`,
    (user, address) =>
      `sshd[411]: Accepted publickey for ${user} from ${address} port 4002 ssh2: ED25519 SHA256:abc`,
    (user, address) => `sshd[411]: Invalid user ${user}x from ${address} port 4003`,
    (user, address) =>
      `sshd[411]: Failed password for invalid user ${user}x from ${address} port 4003 ssh2`,
    (user) =>
      `sudo:      ${user} : TTY=pts/0 ; PWD=/home/${user} ; USER=root ; COMMAND=/usr/bin/apt-get update`,
    (user) =>
      `su[99]: pam_unix(su:session): session opened for user root(uid=0) by ${user}(uid=1001)`,
    (user, _, n) =>
      `useradd[17]: new user: name=${user}${n % 4}, UID=1007, GID=1007, home=/home/x, shell=/bin/bash, from=/dev/pts/0`,
    (_, __, n) => `groupadd[18]: new group: name=team${n % 4}, GID=1008`,
  ];
  for (let n = 0; n < 320; n++) {
    const date = new Date(from + ((n * 433) % 5760) * 60_000).toISOString();
    const host = n % 2 === 0 ? "app1" : "web1";
    yield {
      format: "system.auth",
      host,
      path: "/var/log/auth.log",
      text: `${date.replace("Z", "+00:00")} ${host} ${nth(says, n)(nth(users, n * 5), nth(addresses, n), n)}`,
    };
  }
}

function parse({ format, host, path, text }: Line, namespace: string): EcsEvent {
  const zone = zoneOf("UTC");
  if (!zone) throw new Error("no UTC");
  const event = createLineParser(formats[format].create({}), {
    dataset: format,
    namespace,
    host,
    path,
    zone,
    version,
  }).parse({ text, offset: 0 }, from + 90 * hourMs);
  if (!event) throw new Error(`no event: ${text}`);
  // What enrichment adds in the product.
  const country = countries[event.source?.ip ?? ""];
  if (event.source && country) event.source.geo = { country_name: country };
  if (event.user_agent) {
    event.user_agent.name = /Firefox|curl/.exec(event.user_agent.original ?? "")?.[0] ?? "Other";
  }
  return event;
}
