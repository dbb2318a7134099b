import { setTimeout as sleep } from "node:timers/promises";
import type { Sshd } from "../../test/helpers/sshd.ts";
import type { FaultProxy } from "./fault-proxy.ts";
import type { Random } from "./random.ts";
import type { ShipperProcess } from "./shipper-process.ts";

/** What can be broken. */
export interface Breakable {
  random: Random;
  /** How often each was done. */
  counts: Record<
    "cuts" | "stalls" | "kills" | "pauses" | "sshd_restarts" | "outages" | "cleared_logs",
    number
  >;
  hostProxies: readonly FaultProxy[];
  elasticsearchProxy: FaultProxy;
  sshd: Pick<Sshd, "start" | "stop">;
  shippers: readonly ShipperProcess[];
  /** Clears a Windows event log; false when it could not be done without a loss that Windows knows too. */
  clearLog(): Promise<boolean>;
}

/** Everything that may happen between a line and its document; each ends when it is mended again. */
export function createFaults(breakable: Breakable): readonly (() => unknown)[] {
  const { random, counts, hostProxies, elasticsearchProxy, sshd, shippers } = breakable;
  let restarting = false;
  const stalls = async (proxy: FaultProxy, longest: number) => {
    counts.stalls++;
    proxy.stall(true);
    await sleep(random.integer(100, longest));
    proxy.stall(false);
  };
  return [
    () => {
      counts.cuts++;
      random.pick(hostProxies).cut();
    },
    () => {
      counts.cuts++;
      random.pick([...hostProxies, elasticsearchProxy]).cutAfter(random.integer(1, 200_000));
    },
    () => stalls(random.pick(hostProxies), 4000),
    () => stalls(elasticsearchProxy, 4000),
    async () => {
      counts.outages++;
      elasticsearchProxy.refuse(true);
      await sleep(random.integer(500, 8000));
      elasticsearchProxy.refuse(false);
    },
    async () => {
      if (restarting) return;
      restarting = true;
      counts.sshd_restarts++;
      await sshd.stop();
      await sleep(random.integer(100, 3000));
      await sshd.start();
      restarting = false;
    },
    async () => {
      counts.kills++;
      const victim = random.pick(shippers);
      await victim.kill();
      await sleep(random.integer(0, 3000));
      victim.start();
    },
    async () => {
      counts.pauses++;
      const victim = random.pick(shippers);
      victim.pause(true);
      await sleep(random.integer(500, 5000));
      victim.pause(false);
    },
    async () => {
      if (await breakable.clearLog()) counts.cleared_logs++;
    },
  ];
}
