import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A name for this process that no other ever has, and from which its neighbours can tell whether it is alive. */
export function createOwner(): string {
  return [hostname(), process.pid, processSpace(), randomUUID()].join("|");
}

/**
 * True when `owner` was a process beside us, on the same boot of the same machine, and is gone: after a crash nobody
 * needs to wait until it is stale. False where that cannot be known.
 */
export function isDeadNeighbour(owner: string): boolean {
  const [, pid, space] = owner.split("|");
  if (!pid || !space || space !== processSpace()) return false;
  if (Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Where our process ids mean what we think: the kernel's boot and its space of process ids (containers have own). */
function processSpace(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return ""; // not Linux: then nobody is known to be a neighbour
  }
}
