import { setTimeout as sleep } from "node:timers/promises";
import type { Documents, Stored } from "../es/documents.ts";
import { createStaleCheck } from "../es/stale.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import { assignHosts } from "./assign.ts";
import { isDeadNeighbour } from "./owner.ts";

/** A shipper that is alive, or a host that one of them reads; in `leafwatch-leases-<namespace>`. */
export interface Lease {
  kind: "shipper" | "host";
  name: string;
  owner: string;
  /** Of a shipper: the hosts of its config. */
  hosts?: readonly string[];
  /** Grows at every renewal, so that the document changes. */
  beat: number;
  renewed_at: string;
}

export interface LeaseOptions {
  documents: Documents<Lease>;
  /** From `createOwner`. */
  owner: string;
  /** Every host of the config. */
  hosts: readonly string[];
  log: Log;
  /** Time between renewals, milliseconds. */
  everyMs?: number;
  /** An owner who has not renewed for so long is dead, milliseconds: several renewals. */
  staleMs?: number;
}

/** Reads one host until `signal` aborts; must have stopped by the time it settles. */
export type ReadHost = (host: string, signal: AbortSignal) => Promise<void>;

export interface Leases {
  /**
   * Shares the hosts with all other shippers of the namespace and runs `readHost` for ours, until `signal` aborts.
   * Hosts that nobody holds are taken, and handed over as others join; those of a dead shipper are taken when it is
   * stale. A host is not read before its former reader has stopped, unless that one is dead or asleep.
   *
   * @throws what `readHost` throws.
   */
  run(readHost: ReadHost, signal: AbortSignal): Promise<void>;
  /** True while nobody else can have taken the host: ask right before storing something for it. */
  isOurs(host: string): boolean;
  /** Why they cannot be renewed just now: after a while no host is ours any more, and nothing is read. */
  readonly trouble: string | undefined;
}

/** A host of ours. */
interface Held {
  lease: Stored<Lease>;
  /** When the last renewal that succeeded was begun, milliseconds of the monotonic clock. */
  renewedAt: number;
  stop: AbortController;
  done: Promise<void>;
}

const defaults = { everyMs: 5000, staleMs: 30_000 };
/** Time to let go of everything at the end. */
const farewellMs = 5000;

export function createLeases(options: LeaseOptions): Leases {
  const { documents, owner, hosts, log } = options;
  const { everyMs, staleMs } = { ...defaults, ...options };
  const isStale = createStaleCheck(staleMs);
  const held = new Map<string, Held>();
  const now = performance.now.bind(performance);
  let trouble: string | undefined;
  let roundAt = now();
  const isFresh = ({ renewedAt }: Held) => now() - renewedAt < staleMs;

  async function drop(host: string, ours: Held): Promise<void> {
    held.delete(host);
    ours.stop.abort();
    await ours.done;
  }

  /** Whoever could not renew in time may have been taken for dead; first thing after a sleep. */
  async function dropExpired(): Promise<void> {
    for (const [host, ours] of [...held]) {
      if (isFresh(ours)) continue;
      log.warn({ host: { name: host } }, "host let go: its lease could not be renewed in time");
      await drop(host, ours);
    }
  }

  async function renew(signal: AbortSignal): Promise<void> {
    const id = `shipper:${owner}`;
    const beat = (lease: Lease) => ({ ...beatOf(lease), hosts });
    if (!(await documents.change(id, beat, signal))) {
      await documents.create(id, { ...newLease("shipper", owner, owner), hosts }, signal);
    }
    for (const [host, ours] of [...held]) {
      const begun = now();
      const renewed = await documents.replace(ours.lease, beatOf(ours.lease.doc), signal);
      if (renewed) Object.assign(ours, { lease: renewed, renewedAt: begun });
      else {
        log.warn({ host: { name: host } }, "host let go: another shipper has taken it over");
        await drop(host, ours);
      }
    }
  }

  /** One look at all leases: gives up what others shall have, takes what is ours to take. */
  async function balance(start: (host: string, lease: Stored<Lease>) => void, signal: AbortSignal) {
    const all = await documents.list({}, signal);
    const gone = all.filter((lease) => isStale(lease) || isDeadNeighbour(lease.doc.owner));
    const alive = all.filter((lease) => !gone.includes(lease));
    const members = alive.flatMap(({ doc }) =>
      doc.kind === "shipper" ? [{ name: doc.owner, hosts: doc.hosts ?? [] }] : [],
    );
    const hostLeases = new Map(
      all.flatMap((lease) => (lease.doc.kind === "host" ? [[lease.doc.name, lease]] : [])),
    );
    const holders = new Map(
      alive.flatMap(({ doc }) => (doc.kind === "host" ? [[doc.name, doc.owner]] : [])),
    );
    for (const [host, to] of assignHosts(members, holders)) {
      const ours = held.get(host);
      if (ours && to !== owner) {
        log.info({ host: { name: host } }, "host handed over to another shipper");
        await release(host, ours, signal);
      } else if (!ours && to === owner) {
        const existing = hostLeases.get(host);
        if (existing && !gone.includes(existing)) continue; // its holder is about to let go
        const taken = await take(host, existing, signal);
        if (taken) start(host, taken);
      }
    }
    for (const lease of gone) {
      if (lease.doc.kind === "shipper") await documents.remove(lease, signal);
    }
  }

  function take(host: string, dead: Stored<Lease> | undefined, signal: AbortSignal) {
    const lease = newLease("host", host, owner);
    return dead
      ? documents.replace(dead, lease, signal)
      : documents.create(`host:${host}`, lease, signal);
  }

  /** Stops reading first, then lets go: the next one must not begin before. */
  async function release(host: string, ours: Held, signal: AbortSignal): Promise<void> {
    await drop(host, ours);
    await documents.remove(ours.lease, signal);
  }

  async function farewell(): Promise<void> {
    const soon = AbortSignal.timeout(farewellMs);
    // Readers stop whatever becomes of the leases; those that remain become stale.
    await Promise.allSettled([...held].map(([host, ours]) => release(host, ours, soon)));
    const membership = await documents.get(`shipper:${owner}`, soon).catch(() => undefined);
    if (membership) await documents.remove(membership, soon).catch(() => false);
  }

  return {
    get trouble() {
      const pausedMs = now() - roundAt;
      // A server that does not answer at all is no error until a request's time-out.
      if (trouble !== undefined || pausedMs < staleMs / 2) return trouble;
      return `leases have not been renewed for ${Math.round(pausedMs / 1000)} s`;
    },
    isOurs(host) {
      const ours = held.get(host);
      return ours !== undefined && isFresh(ours);
    },
    async run(readHost, signal) {
      const failures: unknown[] = [];
      const failed = new AbortController();
      const either = AbortSignal.any([signal, failed.signal]);
      const start = (host: string, lease: Stored<Lease>) => {
        log.info({ host: { name: host } }, "host taken");
        const stop = new AbortController();
        const ours = { lease, renewedAt: now(), stop, done: Promise.resolve() };
        held.set(host, ours);
        ours.done = readHost(host, AbortSignal.any([either, stop.signal])).catch(
          (error: unknown) => {
            if (isAbort(error) && (stop.signal.aborted || either.aborted)) return;
            failures.push(error);
            failed.abort();
          },
        );
      };
      try {
        while (!either.aborted) {
          const begun = now();
          await dropExpired();
          try {
            await renew(either);
            await balance(start, either);
            trouble = undefined;
            roundAt = now();
          } catch (error) {
            if (!(error instanceof AppError && error.retryable)) throw error;
            trouble = error.message;
            log.warn({ reason: error.message }, "leases cannot be renewed just now");
          }
          await sleep(Math.max(0, everyMs - (now() - begun)), undefined, { signal: either });
        }
      } catch (error) {
        if (!either.aborted) failures.push(error);
      } finally {
        failed.abort();
        await farewell();
      }
      const [first] = failures;
      if (first !== undefined) throw first as Error;
    },
  };
}

function beatOf(lease: Lease): Lease {
  return { ...lease, beat: lease.beat + 1, renewed_at: new Date().toISOString() };
}

function newLease(kind: Lease["kind"], name: string, owner: string): Lease {
  return { kind, name, owner, beat: 0, renewed_at: new Date().toISOString() };
}
