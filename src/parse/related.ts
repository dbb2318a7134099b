import type { EcsEvent, User } from "../model/ecs.ts";

/**
 * Fills `related.ip`, `related.user` and `related.hosts` with every address, user and host of the event, each once.
 * What the format itself put there (an address list that no other field holds) stays, in front.
 */
export function relate(event: EcsEvent): void {
  const { source, destination, client, server, host, user, url } = event;
  const given = event.related;

  let ips = add(given?.ip, source?.ip);
  ips = add(ips, destination?.ip);
  if (client) ips = add(ips, client.ip);
  if (server) ips = add(ips, server.ip);
  if (event.network) ips = add(ips, event.network.forwarded_ip);
  if (host?.ip) for (const ip of host.ip) ips = add(ips, ip);

  let users = given?.user;
  if (user) {
    users = addUser(users, user);
    users = addUser(users, user.effective);
    users = addUser(users, user.target);
    users = addUser(users, user.changes);
  }
  users = addUser(users, source?.user);
  users = addUser(users, destination?.user);
  if (event.process) {
    users = addUser(users, event.process.user);
    users = addUser(users, event.process.parent?.user);
  }

  let hosts = add(given?.hosts, host?.name);
  hosts = add(hosts, host?.hostname);
  hosts = add(hosts, source?.domain);
  hosts = add(hosts, destination?.domain);
  if (client) hosts = add(hosts, client.domain);
  if (server) hosts = add(hosts, server.domain);
  if (url) hosts = add(hosts, url.domain);

  if (!ips && !users && !hosts && !given) return;
  const related: NonNullable<EcsEvent["related"]> = {};
  if (ips) related.ip = ips;
  if (users) related.user = users;
  if (hosts) related.hosts = hosts;
  if (given?.hash) related.hash = given.hash;
  event.related = related;
}

type Values = readonly string[] | undefined;

function addUser(values: Values, user: User | undefined): Values {
  return user ? add(values, user.name) : values;
}

/** `values` with `value` at the end, unless it is missing or there already. */
function add(values: Values, value: string | undefined): Values {
  if (value === undefined || value === "") return values;
  if (!values) return [value];
  return values.includes(value) ? values : [...values, value];
}
