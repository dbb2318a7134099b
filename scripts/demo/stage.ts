import { writeConfig } from "./config.ts";
import type { Hosts } from "./hosts.ts";
import { createLeafwatch, type Leafwatch } from "./leafwatch.ts";
import type { MailServer } from "./mail-server.ts";
import type { Server } from "./server.ts";
import { patiently } from "./patiently.ts";
import { streamsOf } from "./stored.ts";
import type { World } from "./world.ts";
import { logs } from "./world/log-line.ts";

/** Everything that stands when the play begins. */
export interface Stage {
  leafwatch: Leafwatch;
  /** Path of leafwatch.yml. */
  config: string;
  server: Server;
  hosts: Hosts;
  mailServer: MailServer;
  world: World;
  /** Data streams of the hosts' logs. */
  streams: readonly string[];
}

/** What this organisation's own mapping wants and the application does not always write: a dead letter comes of it. */
const strictField = { type: "long", ignore_malformed: false } as const;

/** Puts the product in the middle of the others: its config in `folder`, its own logs to `log`. */
export async function setStage(
  others: Pick<Stage, "server" | "hosts" | "mailServer" | "world">,
  folder: string,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<Stage> {
  const { server, hosts, mailServer, world } = others;
  const config = await writeConfig({
    folder,
    namespace: server.namespace,
    elasticsearchUrl: server.url,
    hosts: hosts.ssh,
    privateKey: hosts.privateKey,
    smtpPort: mailServer.port,
    world,
  });
  // As an operator extends the mapping: setup never touches this component.
  await patiently(
    () =>
      server.client.cluster.putComponentTemplate(
        {
          name: `leafwatch-${server.namespace}@custom`,
          template: {
            mappings: {
              properties: {
                http: { properties: { request: { properties: { id: strictField } } } },
              },
            },
          },
        },
        { signal },
      ),
    signal,
  );
  const datasets = [...Object.values(logs).map(({ dataset }) => dataset), "leafwatch.dead_letter"];
  return {
    ...others,
    config,
    leafwatch: createLeafwatch(log),
    streams: streamsOf(datasets, server.namespace),
  };
}
