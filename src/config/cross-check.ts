import { z } from "zod";
import { closest } from "../lib/closest.ts";

interface Problem {
  path: (string | number)[];
  message: string;
}

const names = z.array(z.string()).catch([]);

/** Just the names, and of a config with other mistakes as many as can be read, so that all are told at once. */
const named = z.object({
  hosts: z
    .array(z.object({ name: z.string().catch(""), jump: names }).catch({ name: "", jump: [] }))
    .catch([]),
  notify: z
    .object({ recipients: z.record(z.string(), z.unknown()).catch({}) })
    .catch({ recipients: {} }),
  report: z
    .union([z.object({ to: names }), z.array(z.object({ to: names }).catch({ to: [] }))])
    .catch([]),
});

/** What one section of the config must know of another: names that are used must exist, and exist once. */
export function crossCheck(raw: unknown): Problem[] {
  const config = named.safeParse(raw).data;
  if (!config) return [];
  const hosts = config.hosts.map(({ name }) => name);
  const recipients = Object.keys(config.notify.recipients);
  const { report } = config;
  const audiences = Array.isArray(report)
    ? report.map(({ to }, i) => ({ to, path: ["report", i, "to"] }))
    : [{ to: report.to, path: ["report", "to"] }];
  return [
    ...hosts.flatMap((name, i) =>
      name !== "" && hosts.indexOf(name) < i
        ? [{ path: ["hosts", i, "name"], message: `a host called "${name}" stands above already` }]
        : [],
    ),
    ...config.hosts.flatMap(({ jump }, i) =>
      // user@host:port needs no entry of its own.
      jump.flatMap((via, j) =>
        hosts.includes(via) || /[@:]/.test(via)
          ? []
          : [{ path: ["hosts", i, "jump", j], message: unknown(via, hosts, "host") }],
      ),
    ),
    ...audiences.flatMap(({ to, path }) =>
      to.flatMap((name, i) =>
        recipients.includes(name)
          ? []
          : [
              {
                path: [...path, i],
                message: unknown(name, recipients, "entry of notify.recipients"),
              },
            ],
      ),
    ),
  ];
}

function unknown(name: string, known: readonly string[], what: string): string {
  const meant = closest(name, known);
  const advice = meant ? `did you mean "${meant}"?` : `known: ${known.join(", ") || "none"}`;
  return `no ${what} "${name}"; ${advice}`;
}
