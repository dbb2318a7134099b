/** The shipper of the ship bench, in a process of its own: a log through the product's whole path into Elasticsearch. */
import { importSource } from "../../src/collect/import-files.ts";
import { shipAll, withShipping } from "../../src/commands/shipping.ts";
import { stagesOf } from "../../src/commands/stages.ts";
import { configSchema, logEntryOf } from "../../src/config/schema.ts";
import { createClient } from "../../src/es/client.ts";
import { silentLog } from "../../src/lib/log.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { utc } from "../../src/parse/zone.ts";
import { run } from "../../src/pipeline.ts";
import { peakRssBytes } from "./cpu.ts";

/** What shipping the file cost. */
export interface Shipped {
  documents: number;
  seconds: number;
  cpuUsPerDocument: number;
  rssMb: number;
}

/** The log to ship, and how to get at it: of this machine, or of an account over SSH. */
export interface Task {
  url: string;
  namespace: string;
  path: string;
  /** `host.name` of the events; default: web1. */
  host?: string;
  ssh?: { port: number; user: string; key: string; knownHosts: string; read: "sftp" | "exec" };
}

const format = "apache.access";

process.once("message", (task: Task) => {
  void ship(task).then((shipped) => process.send?.(shipped));
});

async function ship({ url, namespace, path, host = "web1", ssh }: Task): Promise<Shipped> {
  const { signal } = new AbortController();
  const config = configSchema.parse({
    namespace,
    elasticsearch: { url },
    enrich: { user_agent: false, geoip: false },
    hosts: ssh && [
      {
        ...{ name: host, address: "127.0.0.1", port: ssh.port, user: ssh.user, read: ssh.read },
        auth: { key: ssh.key },
        known_hosts_file: ssh.knownHosts,
        logs: [{ format, path }],
      },
    ],
  });
  const client = createClient(config.elasticsearch);
  const context = { config, client, log: silentLog, [Symbol.asyncDispose]: () => client.close() };
  const options = { once: true, metrics: createMetrics() };
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const { stats, failures } = ssh
    ? await shipAll(context, options, signal)
    : await withShipping(
        context,
        options,
        async (shipping, stop) => {
          const source = importSource(path, { host, path, maxLineBytes: 2 ** 20 });
          await run(
            source,
            stagesOf(shipping, { name: host }, logEntryOf({ format, path }), utc),
            stop,
          );
        },
        signal,
      );
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - begun) / 1000;
  await client.close();
  for (const { error } of failures) throw error;
  const { stored: documents } = stats;
  return {
    documents,
    seconds,
    cpuUsPerDocument: (user + system) / documents,
    rssMb: peakRssBytes() / 1e6,
  };
}
