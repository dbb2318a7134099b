import { z } from "zod";
import { closest } from "../lib/closest.ts";
import { parseFilter } from "../watch/filter-parse.ts";
import type { KnownFields } from "../watch/known-fields.ts";

interface Problem {
  path: (string | number)[];
  message: string;
}

const names = z.array(z.string()).catch([]);
const paths = z.array(z.object({ path: z.string().optional() }).catch({})).catch([]);

/** Just the names, and of a config with other mistakes as many as can be read, so that all are told at once. */
const named = z.object({
  hosts: z
    .array(
      z
        .object({ name: z.string().catch(""), jump: names, logs: paths })
        .catch({ name: "", jump: [], logs: [] }),
    )
    .catch([]),
  notify: z
    .object({ recipients: z.record(z.string(), z.unknown()).catch({}) })
    .catch({ recipients: {} }),
  check_in: z
    .object({ match: z.record(z.string(), z.unknown()), member: z.string().optional() })
    .optional()
    .catch(undefined),
  report: z
    .union([z.object({ to: names }), z.array(z.object({ to: names }).catch({ to: [] }))])
    .catch([]),
});

/** What one section of the config must know of another: names that are used must exist, and exist once. */
export function crossCheck(raw: unknown, fields: KnownFields): Problem[] {
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
    ...config.hosts.flatMap(({ logs }, i) =>
      logs.flatMap(({ path = "" }, j) =>
        path === "" || isAbsolute(path) ? [] : [relative(i, j, path)],
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
    ...checkInProblems(config.check_in, fields),
  ];
}

/** From a root on, also `C:/`; a pattern may begin with a choice of them. */
const isAbsolute = (path: string) => /^([/\\{]|[a-z]:)/i.test(path);

/** What it is relative to would depend on the account and on how the host is read, and a checkpoint with it. */
const relative = (host: number, entry: number, path: string): Problem => ({
  path: ["hosts", host, "logs", entry, "path"],
  message: `"${path}" is relative; write it from the root on, such as /var/log/auth.log (~ is not filled in)`,
});

/** `match` is in the filter language of rules, its fields those of the events. */
function checkInProblems(
  checkIn: z.output<typeof named>["check_in"],
  fields: KnownFields,
): Problem[] {
  const problems: Problem[] = [];
  const problem = (path: readonly PropertyKey[], message: string) => {
    problems.push({ path: path.map((key) => (typeof key === "symbol" ? "" : key)), message });
  };
  const field = (name: string, path: readonly PropertyKey[]) => {
    if (!fields.has(name)) problem(path, unknown(name, fields.names, "field"));
  };
  if (!checkIn) return [];
  parseFilter(checkIn.match, ["check_in", "match"], { problem, field, typeOf: fields.typeOf });
  if (checkIn.member !== undefined) field(checkIn.member, ["check_in", "member"]);
  return problems;
}

function unknown(name: string, known: readonly string[], what: string): string {
  const meant = closest(name, known);
  const list = known.length > 40 ? "see docs/parsing.md" : `known: ${known.join(", ") || "none"}`;
  const advice = meant ? `did you mean "${meant}"?` : list;
  return `no ${what} "${name}"; ${advice}`;
}
