/** The reader of the collect bench, in a process of its own: does nothing with the lines but count them. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createHosts, type HostHandle } from "../../src/collect/host.ts";
import { hostOptions } from "../../src/collect/host-options.ts";
import { sourceKinds } from "../../src/collect/registry.ts";
import { parseSshConfig } from "../../src/collect/ssh-config.ts";
import { silentLog } from "../../src/lib/log.ts";
import type { Played } from "./collect-hosts.ts";

/** What reading cost. */
export interface Readings {
  seconds: number;
  rssMb: number;
  /** Of one core, while all hosts were connected and watched. */
  cpuPercent: number;
  /** From a line's writing to its being handed on. */
  p99Seconds: number;
}

interface Task {
  hosts: Played["hosts"];
  path: string;
  read: string;
  once: boolean;
}

/** How long idle hosts are watched, after all of them were entered. */
const watchMs = 40_000;

process.once("message", (task: Task) => {
  void measure(task).then((readings) => process.send?.(readings));
});

async function measure({ hosts, path, read, once }: Task): Promise<Readings> {
  const options = hosts.map(({ name, port, user, key, knownHosts }) =>
    hostOptions.parse({
      ...{ name, port, user, read, address: "127.0.0.1" },
      auth: { key },
      known_hosts_file: knownHosts,
    }),
  );
  await using handles = await createHosts(options, {
    ...{ once, log: silentLog, maxLineBytes: 2 ** 20 },
    sshConfig: parseSshConfig(""),
  });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const ages: number[] = [];
  let rss = 0;
  let entered = 0;
  const watching = setInterval(() => {
    rss = Math.max(rss, process.memoryUsage.rss());
  }, 50);
  async function readAll(host: HostHandle) {
    const entry = sourceKinds.file.options.parse({ path });
    const source = host.source({ format: "system.syslog", ...entry });
    for await (const stream of source.streams(stop.signal)) {
      let first = true;
      for await (const batch of stream.batches(undefined, stop.signal)) {
        if (first) entered++;
        first = false;
        for (const { text } of once ? [] : batch.lines) ages.push(Date.now() - Number(text));
      }
    }
  }
  const begun = performance.now();
  const reading = Promise.all(handles.all.map(readAll));
  let cpuPercent = 0;
  if (!once) {
    while (entered < hosts.length) await sleep(50);
    ages.length = 0;
    const before = process.cpuUsage();
    const from = performance.now();
    await sleep(watchMs);
    const { user, system } = process.cpuUsage(before);
    cpuPercent = (user + system) / 10 / (performance.now() - from);
    stop.abort();
  }
  await reading;
  clearInterval(watching);
  ages.sort((a, b) => a - b);
  return {
    seconds: (performance.now() - begun) / 1000,
    rssMb: rss / 1e6,
    cpuPercent,
    p99Seconds: (ages[Math.floor(ages.length * 0.99)] ?? NaN) / 1000,
  };
}
