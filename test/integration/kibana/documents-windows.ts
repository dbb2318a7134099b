import type { EcsEvent } from "../../../src/model/ecs.ts";
import { addresses, from, nth, users } from "./cast.ts";

const windowsKinds = [
  {
    code: "4624",
    action: "logged-in",
    category: "authentication",
    type: "start",
    outcome: "success",
  },
  {
    code: "4625",
    action: "logon-failed",
    category: "authentication",
    type: "start",
    outcome: "failure",
  },
  {
    code: "4740",
    action: "locked-out-user-account",
    category: "iam",
    type: "user",
    outcome: "success",
  },
  { code: "4672", action: "logged-in-special", category: "iam", type: "admin", outcome: "success" },
  { code: "4720", action: "added-user-account", category: "iam", type: "user", outcome: "success" },
  {
    code: "4732",
    action: "added-member-to-group",
    category: "iam",
    type: "group",
    outcome: "success",
  },
  { code: "1102", action: "audit-log-cleared", category: "iam", type: "admin", outcome: "success" },
];

/** Security events as the ECS conventions have them. */
export function windowsEvents(namespace: string): EcsEvent[] {
  return Array.from({ length: 210 }, (_, n) => {
    const kind = nth(windowsKinds, n);
    const login = kind.category === "authentication";
    return {
      "@timestamp": new Date(from + ((n * 271) % 5760) * 60_000).toISOString(),
      ecs: { version: "9.4.0" },
      data_stream: { type: "logs", dataset: "windows.security", namespace },
      event: {
        kind: "event",
        dataset: "windows.security",
        module: "windows",
        code: kind.code,
        action: kind.action,
        category: [kind.category],
        type: kind.type === "start" ? ["start"] : [kind.type, "change"],
        outcome: kind.outcome === "success" ? "success" : "failure",
        original: `<Event n="${n}"/>`,
      },
      host: { name: n % 2 === 0 ? "dc1" : "files1" },
      user: {
        name: nth(users, n),
        ...(login ? {} : { target: { name: nth(users, n + 1) } }),
      },
      ...(kind.type === "group" ? { group: { name: `Team ${n % 3}` } } : {}),
      ...(login
        ? {
            source: { ip: nth(addresses, n), address: nth(addresses, n) },
            winlog: { logon: { type: nth(["Interactive", "Network", "RemoteInteractive"], n) } },
            leafwatch: { attempts: 1 },
          }
        : {}),
    };
  });
}
