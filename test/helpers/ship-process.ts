/**
 * A shipper in a process of its own, to be killed and stopped: `ship-process.ts CONFIG EVERY_MS STALE_MS`. As
 * `leafwatch ship`, but its leases keep other times, so that a test need not wait as long as an operator would.
 */
import { openContext } from "../../src/commands/context.ts";
import { waitForSetup } from "../../src/commands/ship.ts";
import { shipAll } from "../../src/commands/shipping.ts";
import { createMetrics } from "../../src/observe/metrics.ts";

const [config = "", everyMs, staleMs] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGTERM", () => {
  stop.abort();
});
await using context = await openContext(
  { config },
  {
    stdin: process.stdin,
    out: () => Promise.resolve(),
    err: (text) => process.stderr.write(text),
    terminal: false,
    signal: stop.signal,
  },
);
await waitForSetup(context, stop.signal);
const leases = { everyMs: Number(everyMs), staleMs: Number(staleMs) };
await shipAll(context, { once: false, metrics: createMetrics(), leases }, stop.signal);
