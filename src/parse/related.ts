import type { EcsEvent, Endpoint, User } from "../model/ecs.ts";

/**
 * Fills `related.ip`, `related.user` and `related.hosts` with every address, user and host of the event, each once.
 * What the format itself put there (an address list that no other field holds) stays, in front.
 */
export function relate(event: EcsEvent): void {
  const { host, user, url, process } = event;
  const given = event.related;
  const related: Related = {};
  if (given?.ip) related.ip = [...given.ip];
  if (given?.user) related.user = [...given.user];
  if (given?.hosts) related.hosts = [...given.hosts];

  if (host) {
    add(related, "hosts", host.name);
    add(related, "hosts", host.hostname);
    if (host.ip) for (const ip of host.ip) add(related, "ip", ip);
  }
  if (user) {
    add(related, "user", user.name);
    addName(related, user.effective);
    addName(related, user.target);
    addName(related, user.changes);
  }
  addEnd(related, event.source);
  addEnd(related, event.destination);
  addEnd(related, event.client);
  addEnd(related, event.server);
  if (process) {
    addName(related, process.user);
    addName(related, process.parent?.user);
  }
  if (url) add(related, "hosts", url.domain);
  if (event.network) add(related, "ip", event.network.forwarded_ip);
  const hash = given?.hash;
  if (hash) event.related = { ...related, hash };
  else if (given || related.ip || related.user || related.hosts) event.related = related;
}

/** `related` while its lists grow. */
interface Related {
  ip?: string[];
  user?: string[];
  hosts?: string[];
}

function addEnd(related: Related, end: Endpoint | undefined): void {
  if (!end) return;
  add(related, "ip", end.ip);
  addName(related, end.user);
  add(related, "hosts", end.domain);
}

function addName(related: Related, user: User | undefined): void {
  if (user) add(related, "user", user.name);
}

/** Puts `value` at the end of a list, unless it is missing or there already. */
function add(related: Related, list: keyof Related, value: string | undefined): void {
  if (value === undefined || value === "") return;
  const values = related[list];
  // Made of its first value, a list takes no more room than that.
  if (!values) related[list] = [value];
  else if (!values.includes(value)) values.push(value);
}
