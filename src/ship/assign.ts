/** A shipper that is alive, and the hosts of its config. */
export interface Member {
  name: string;
  hosts: readonly string[];
}

/**
 * Who shall read which host: as evenly as the members' configs allow, moving as little as possible. Everyone who sees
 * the same members and holders comes to the same answer. Hosts that no member knows are left out.
 */
export function assignHosts(
  members: readonly Member[],
  holders: ReadonlyMap<string, string>,
): Map<string, string> {
  const sorted = [...members].sort((a, b) => compare(a.name, b.name));
  const load = new Map(sorted.map(({ name }) => [name, 0]));
  const assigned = new Map<string, string>();
  const give = (host: string, to: string) => {
    const from = assigned.get(host);
    if (from !== undefined) load.set(from, (load.get(from) ?? 0) - 1);
    assigned.set(host, to);
    load.set(to, (load.get(to) ?? 0) + 1);
  };
  const least = (host: string): string | undefined =>
    sorted
      .filter(({ hosts }) => hosts.includes(host))
      .map(({ name }) => name)
      .reduce<string | undefined>(
        (best, name) =>
          best !== undefined && (load.get(best) ?? 0) <= (load.get(name) ?? 0) ? best : name,
        undefined,
      );

  const hosts = [...new Set(sorted.flatMap((member) => member.hosts))].sort(compare);
  for (const host of hosts) {
    const holder = sorted.find(({ name }) => name === holders.get(host));
    if (holder?.hosts.includes(host)) give(host, holder.name);
  }
  for (const host of hosts) {
    const to = assigned.has(host) ? undefined : least(host);
    if (to !== undefined) give(host, to);
  }
  // Each move makes the loads more even, so this ends.
  for (let moved = true; moved;) {
    moved = false;
    for (const host of hosts) {
      const from = assigned.get(host) ?? "";
      const to = least(host);
      if (to !== undefined && (load.get(from) ?? 0) > (load.get(to) ?? 0) + 1) {
        give(host, to);
        moved = true;
      }
    }
  }
  return assigned;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
