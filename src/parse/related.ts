import type { EcsEvent, Endpoint, User } from "../model/ecs.ts";

/**
 * Fills `related.ip`, `related.user` and `related.hosts` with every address, user and host of the event, each once.
 * What the format itself put there (an address list that no other field holds) stays, in front.
 */
export function relate(event: EcsEvent): void {
  const { host, user, url, process } = event;
  const given = event.related;
  const ips: string[] = given?.ip ? [...given.ip] : [];
  const users: string[] = given?.user ? [...given.user] : [];
  const hosts: string[] = given?.hosts ? [...given.hosts] : [];

  if (host) {
    add(hosts, host.name);
    add(hosts, host.hostname);
    if (host.ip) for (const ip of host.ip) add(ips, ip);
  }
  if (user) {
    add(users, user.name);
    addName(users, user.effective);
    addName(users, user.target);
    addName(users, user.changes);
  }
  addEnd(event.source, ips, users, hosts);
  addEnd(event.destination, ips, users, hosts);
  addEnd(event.client, ips, users, hosts);
  addEnd(event.server, ips, users, hosts);
  if (process) {
    addName(users, process.user);
    addName(users, process.parent?.user);
  }
  if (url) add(hosts, url.domain);
  if (event.network) add(ips, event.network.forwarded_ip);

  const related: NonNullable<EcsEvent["related"]> = {};
  if (ips.length > 0) related.ip = ips;
  if (users.length > 0) related.user = users;
  if (hosts.length > 0) related.hosts = hosts;
  if (given?.hash) related.hash = given.hash;
  if (given || ips.length + users.length + hosts.length > 0) event.related = related;
}

function addEnd(end: Endpoint | undefined, ips: string[], users: string[], hosts: string[]): void {
  if (!end) return;
  add(ips, end.ip);
  addName(users, end.user);
  add(hosts, end.domain);
}

function addName(users: string[], user: User | undefined): void {
  if (user) add(users, user.name);
}

/** Puts `value` at the end, unless it is missing or there already. */
function add(values: string[], value: string | undefined): void {
  if (value !== undefined && value !== "" && !values.includes(value)) values.push(value);
}
