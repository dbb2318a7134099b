import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * Starts watching the machine. The function that it returns says how much of all cores others than this process and the
 * children that it has seen end used since, in percent: above a few, wall-clock figures mean little.
 */
export function foreignCpu(): () => number {
  const before = machine();
  const own = allMs();
  return () => {
    const after = machine();
    const total = after.total - before.total;
    const foreign = after.busy - before.busy - (allMs() - own);
    return total === 0 ? 0 : Math.max(0, Number(((100 * foreign) / total).toFixed(1)));
  };
}

function allMs(): number {
  const { own, children } = cpuMs("self");
  return own + children;
}

/**
 * CPU of a process, and of its children that it has seen end, milliseconds: utime to cstime of proc_pid_stat(5), which
 * count in ticks of 10 ms.
 */
export function cpuMs(pid: number | "self"): { own: number; children: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // Behind the name, which may hold anything, in parentheses: state, parent and so on.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: 10 * (user + system), children: 10 * (childUser + childSystem) };
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
 * The most memory that a process has had, bytes: Linux's VmHWM (proc_pid_status(5)). `maxRSS` would be that of the
 * process that forked it where that had more.
 */
export function peakRssBytes(pid: number | "self" = "self"): number {
  const path = `/proc/${pid}/status`;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(path, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`${path} has no VmHWM`);
  return Number(kilobytes) * 1024;
}
