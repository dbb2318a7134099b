/** The shipper of the ship bench, in a process of its own: a file from disk, parsed, into Elasticsearch. */
import { createReadStream } from "node:fs";
import { createClient } from "../../src/es/client.ts";
import { silentLog } from "../../src/lib/log.ts";
import { createLineParser } from "../../src/parse/line-parser.ts";
import { formatOf } from "../../src/parse/registry.ts";
import { utc } from "../../src/parse/zone.ts";
import { createCheckpoints } from "../../src/ship/checkpoints.ts";
import { createDelivery } from "../../src/ship/delivery.ts";
import { createShipper } from "../../src/ship/shipper.ts";

/** What shipping the file cost. */
export interface Shipped {
  documents: number;
  seconds: number;
  cpuUsPerDocument: number;
  rssMb: number;
}

interface Task {
  url: string;
  namespace: string;
  path: string;
}

process.once("message", (task: Task) => {
  void ship(task).then((shipped) => process.send?.(shipped));
});

async function ship({ url, namespace, path }: Task): Promise<Shipped> {
  const { signal } = new AbortController();
  const client = createClient({ url });
  await using shipper = createShipper({ client, namespace, log: silentLog });
  const delivery = createDelivery(shipper, createCheckpoints<object>(client, namespace, "bench"));
  const format = formatOf("apache.access");
  if (!format) throw new TypeError("apache.access is a format");
  const facts = {
    dataset: "apache.access",
    namespace,
    host: "web1",
    path,
    zone: utc,
    version: "0",
  };
  const parser = createLineParser(format.create({}), facts);
  await delivery.load("web1", path, signal);
  const begun = performance.now();
  const cpu = process.cpuUsage();
  let rss = 0;
  let offset = 0;
  let rest = "";
  const inFlight: Promise<void>[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    rss = Math.max(rss, process.memoryUsage.rss());
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    const events = lines.flatMap((text) => {
      const event = parser.parse({ text, offset }, Date.now());
      const at = offset;
      offset += Buffer.byteLength(text) + 1;
      return event ? [{ event, offset: at }] : [];
    });
    const next = offset;
    const shipped = delivery.ship("web1", path, { origin: "3w5e11264sgsf" }, events, signal);
    const before = inFlight.at(-1);
    inFlight.push(
      Promise.all([before, shipped]).then(() => delivery.save("web1", path, { next }, signal)),
    );
    if (inFlight.length >= 4) await inFlight.shift();
  }
  await Promise.all(inFlight);
  const { user, system } = process.cpuUsage(cpu);
  const documents = shipper.stats.stored;
  await client.close();
  return {
    documents,
    seconds: (performance.now() - begun) / 1000,
    cpuUsPerDocument: (user + system) / documents,
    rssMb: rss / 1e6,
  };
}
