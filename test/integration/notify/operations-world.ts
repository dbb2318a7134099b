import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import { Client } from "@elastic/elasticsearch";
import { simpleParser } from "mailparser";
import {
  openAlerting,
  type Alerting,
  type AlertingOptions,
} from "../../../src/commands/alerting.ts";
import type { Context } from "../../../src/commands/context.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { setup } from "../../../src/es/templates.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { elasticsearchUrl, randomNamespace, removeNamespace } from "../../helpers/elasticsearch.ts";
import { startSmtp, type ScriptedSmtp } from "../../helpers/smtp.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

export const signal = new AbortController().signal;

/** A rule that is never fulfilled by itself. */
const quietRule = `
version: 1
defaults: { every: 1s, delay: 0s, notify: { to: [security] } }
rules:
  - id: brute
    level: high
    title: "Brute force from {source.ip}"
    match: { event.category: authentication, event.outcome: failure }
    group_by: [source.ip]
    within: 5m
    count: { gte: 3 }
`;

/** A real server behind something that can break, real mail, and a config over both. */
export interface OperationsWorld extends AsyncDisposable {
  /** Past the thing that can break. */
  client: Client;
  namespace: string;
  smtp: ScriptedSmtp;
  context: Context;
  /** Which requests fail from now on: answered with 400, or cut off. */
  breakAt(fault: (path: string) => "refuse" | "cut" | undefined): void;
  alerting(options?: AlertingOptions): Promise<Alerting>;
  write(documents: readonly Record<string, unknown>[]): Promise<void>;
  /** Subjects that ops@example.org got, in order. */
  told(): Promise<string[]>;
  /** The text of the last mail to ops@example.org. */
  lastText(): Promise<string>;
}

/** `rules`: the text of a rule file, or nothing for one rule that stays quiet; `change` of the config's sections. */
export async function operationsWorld(
  change: {
    rules?: string;
    watch?: object;
    notify?: object;
    hosts?: object[];
    kibana?: object;
  } = {},
): Promise<OperationsWorld> {
  const url = await elasticsearchUrl();
  const direct = new Client({ node: url });
  const namespace = randomNamespace();
  await setup(direct, { namespace, retentionMs: 86_400_000 }, signal);
  const folder = await temporaryFolder();
  const rules = join(folder.path, "rules.yml");
  await writeFile(rules, change.rules ?? quietRule);
  const smtp = await startSmtp();
  const proxy = await breakable(url);
  const config = configSchema.parse({
    namespace,
    timezone: "Europe/London",
    elasticsearch: { url: proxy.url },
    hosts: change.hosts ?? [],
    watch: { rules, ...change.watch },
    ...(change.kibana && { kibana: change.kibana }),
    notify: {
      from: "Leafwatch <leafwatch@example.org>",
      smtp: { host: "127.0.0.1", port: smtp.port, tls: "off", timeout: "2s" },
      recipients: { security: ["it@example.org"], ops: ["ops@example.org"] },
      operations: ["ops"],
      ...change.notify,
    },
  });
  const client = new Client({ node: proxy.url, maxRetries: 0 });
  const context: Context = {
    config,
    client,
    log: silentLog,
    [Symbol.asyncDispose]: () => client.close(),
  };
  const toOps = () => smtp.mails.filter(({ to }) => to.includes("ops@example.org"));
  return {
    client: direct,
    namespace,
    smtp,
    context,
    breakAt: proxy.breakAt,
    alerting: (options) => openAlerting(context, signal, options),
    async write(documents) {
      const operations = documents.flatMap((document) => {
        const dataset = (document["event.dataset"] as string | undefined) ?? "system.auth";
        return [{ create: { _index: `logs-${dataset}-${namespace}` } }, document];
      });
      const answer = await direct.bulk({ operations, refresh: true });
      if (answer.errors) throw new Error(JSON.stringify(answer.items[0]));
    },
    told: () =>
      Promise.all(toOps().map(async ({ raw }) => (await simpleParser(raw)).subject ?? "")),
    async lastText() {
      const mail = toOps().at(-1);
      return mail ? ((await simpleParser(mail.raw)).text ?? "").replace(/\s+/g, " ") : "";
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await proxy[Symbol.asyncDispose]();
      await smtp[Symbol.asyncDispose]();
      await removeNamespace(direct, namespace);
      await direct.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Hands every request on to `target`, but for those that are to fail. */
async function breakable(
  target: string,
): Promise<AsyncDisposable & { url: string; breakAt: OperationsWorld["breakAt"] }> {
  let fault: Parameters<OperationsWorld["breakAt"]>[0] = () => undefined;
  const { hostname, port } = new URL(target);
  const server = createServer((request, response) => {
    const found = fault(request.url ?? "");
    if (found === "cut") return void request.socket.destroy();
    if (found === "refuse") {
      const headers = {
        "content-type": "application/vnd.elasticsearch+json;compatible-with=8",
        "x-elastic-product": "Elasticsearch",
      };
      request.resume();
      response.writeHead(400, headers);
      response.end(
        JSON.stringify({ error: { type: "made_up", reason: "by the test" }, status: 400 }),
      );
      return;
    }
    const { method, headers, url: path } = request;
    const onward = httpRequest({ hostname, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    breakAt: (next) => {
      fault = next;
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The port on 127.0.0.1 that the server got. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A cast: only a server on a pipe has no AddressInfo.
  return (server.address() as AddressInfo).port;
}
