import { writeConfig } from "./config.ts";
import type { Hosts } from "./hosts.ts";
import { createLeafwatch, type Leafwatch } from "./leafwatch.ts";
import type { MailServer } from "./mail-server.ts";
import type { Server } from "./server.ts";
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

/** Puts the product in the middle of the others: its config in `folder`, its own logs to `log`. */
export async function setStage(
  others: Pick<Stage, "server" | "hosts" | "mailServer" | "world">,
  folder: string,
  log: (text: string) => void,
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
  const datasets = Object.values(logs).map(({ dataset }) => dataset);
  return {
    ...others,
    config,
    leafwatch: createLeafwatch(log),
    streams: streamsOf(datasets, server.namespace),
  };
}
