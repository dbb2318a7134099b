import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * Starts watching the machine. The function that it returns says how much of all cores others than this process and the
 * children that it has seen end used since, in percent: above a few, wall-clock figures mean little.
 */
export function foreignCpu(): () => number {
  const before = machine();
  const own = ownMs();
  return () => {
    const after = machine();
    const total = after.total - before.total;
    const foreign = after.busy - before.busy - (ownMs() - own);
    return total === 0 ? 0 : Math.max(0, Number(((100 * foreign) / total).toFixed(1)));
  };
}

/** CPU of this process and of its ended children, milliseconds: utime to cstime of proc_pid_stat(5), in ticks of 10 ms. */
function ownMs(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + 10 * Number(ticks), 0);
}

/** Milliseconds of all cores since boot. */
function machine(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    busy += all - times.idle;
    total += all;
  }
  return { busy, total };
}

/** The middle one of an odd number of figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/**
 * The most memory that this process has had, bytes: Linux's VmHWM (proc_pid_status(5)). `maxRSS` would be that of the
 * process that forked it where that had more.
 */
export function peakRssBytes(): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error("/proc/self/status has no VmHWM");
  return Number(kilobytes) * 1024;
}
