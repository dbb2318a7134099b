import type { ParsedFields } from "../format.ts";
import { peerAfter, peerAtEnd, peerAtStart, sourceOf } from "./peer.ts";
import { after, type Pattern } from "./program.ts";
import { addPeer, userOf, withoutError, withoutPhase } from "./sshd-text.ts";

/** sshd's lines about connections: nothing is decided in them, but they name addresses and users. */
export const connections: readonly Pattern[] = [
  { name: "sshd: Connection closed/reset, Disconnected", take: ended },
  { name: "sshd: Disconnecting", take: disconnecting },
  { name: "sshd: ADDRESS after known words", take: addressAfterWords },
  { name: "sshd: User USER from ADDRESS not allowed", take: notAllowed },
  { name: "sshd: … from ADDRESS at the end", take: addressAtEnd },
  { name: "sshd: [ADDRESS] in brackets", take: bracketed },
  { name: "sshd: USER after known words", take: userAfterWords },
  { name: "sshd: Address ADDRESS maps to NAME", take: mapsBack },
];

const endings = [
  "Connection closed by ",
  "Connection reset by ",
  "Disconnected from ",
  "Timeout, client not responding from ",
];
/** The line of packet.c that gives a reason after the address. */
const endedFor = "ssh_dispatch_run_fatal: Connection from ";
const states = ["authenticating user ", "invalid user ", "user "];

/** `Connection closed by [authenticating user|invalid user|user USER ]ADDRESS port N`: the address is the end. */
function ended(body: string, fields: ParsedFields): boolean {
  const text = withoutError(body);
  for (const words of endings) {
    const rest = after(text, words);
    if (rest !== undefined) return addUserAndPeer(withoutPhase(rest), fields);
  }
  const rest =
    after(text, endedFor) ?? between(withoutPhase(text), "Connection from ", " timed out");
  return rest !== undefined && addUserAndPeer(withoutReason(withoutPhase(rest)), fields);
}

/** Without what follows `port N`: `: REASON`, which is sshd's own and never the client's. */
function withoutReason(text: string): string {
  const reason = / port \d{1,5}(: [^:]{1,200})$/.exec(text.slice(-230));
  return reason?.[1] === undefined ? text : text.slice(0, -reason[1].length);
}

function addUserAndPeer(text: string, fields: ParsedFields): boolean {
  const peer = peerAtEnd(text);
  if (!peer || (peer.before !== "" && !states.some((state) => `${peer.before} `.startsWith(state))))
    return false;
  const state = states.find((words) => peer.before.startsWith(words));
  addPeer(fields, peer, state === undefined ? "" : peer.before.slice(state.length));
  return true;
}

/** `Disconnecting [authenticating user USER ]ADDRESS port N: REASON`; older: `Disconnecting: … for USER`. */
function disconnecting(body: string, fields: ParsedFields): boolean {
  const rest = after(withoutError(body), "Disconnecting ");
  if (rest === undefined) {
    const old = after(body, "Disconnecting: Too many authentication failures for ");
    if (old === undefined) return false;
    const user = userOf(withoutPhase(old));
    if (user !== "") fields.user = { name: user };
    return true;
  }
  const text = withoutPhase(rest);
  return addUserAndPeer(withoutChange(text) ?? withoutReason(text), fields);
}

const change = ": Change of username or service not allowed: (";

/**
 * Without the one reason that repeats the client's words: `(USER,SERVICE) -> (USER,SERVICE)`. The last is sshd's,
 * because the reason is cut at 100 bytes and has no room for itself; and it is the reason only where it ends as one,
 * because a user's name may hold these words before another reason.
 */
function withoutChange(text: string): string | undefined {
  const at = text.lastIndexOf(change);
  if (at < 0) return undefined;
  // What cannot be printed is four characters (`\303`) of one byte.
  const bytes = text.slice(at + 2, at + 410).replace(/\\[0-7]{3}/g, "x").length;
  return text.endsWith(")") || bytes === 100 ? text.slice(0, at) : undefined;
}

const beforeAddress = [
  "Received disconnect from ",
  "Did not receive identification string from ",
  "Unable to negotiate with ",
  "banner exchange: Connection from ",
  "Timeout before authentication for connection from ",
  "Timeout before authentication for ",
  "Connection from ",
  "Connection closed by remote host ",
  "Read error from remote host ",
  "Protocol major versions differ for ",
  "kex_exchange_identification: Connection closed by remote host ",
  "refused connect from ",
];

/** Lines in which the address stands at a fixed place and the client's own words, if any, come after it. */
function addressAfterWords(body: string, fields: ParsedFields): boolean {
  const text = withoutError(body);
  for (const words of beforeAddress) {
    const rest = after(text, words);
    if (rest === undefined) continue;
    const found = peerAtStart(rest);
    if (!found) return false;
    fields.source = found.peer;
    // TCP wrappers name a host and then its address.
    const address =
      words === "refused connect from " ? / \(([^\s()]{2,60})\)$/.exec(found.rest) : null;
    if (address?.[1])
      fields.source = { ...found.peer, ...sourceOf({ before: "", address: address[1] }) };
    addServer(found.rest, fields);
    return true;
  }
  return false;
}

/** ` on ADDRESS port N` (Connection from) or ` to ADDRESS,` (Timeout before authentication): our own end. */
function addServer(rest: string, fields: ParsedFields): void {
  const text = after(rest, " on ") ?? after(rest, " to ");
  const server = text === undefined ? undefined : peerAtStart(text)?.peer;
  if (server) fields.destination = server;
}

function notAllowed(body: string, fields: ParsedFields): boolean {
  const rest = after(body, "User ");
  const at = rest?.lastIndexOf(" not allowed because ") ?? -1;
  if (rest === undefined || at < 0) return false;
  const peer = peerAfter(rest.slice(0, at), "from");
  if (peer) addPeer(fields, peer, peer.before);
  else fields.user = { name: rest.slice(0, at) };
  return true;
}

const endsWithPeer = [
  "Bad protocol version identification ",
  "ROOT LOGIN REFUSED FROM ",
  "Starting session: ",
  "Close session: ",
  "Authentication tried for ",
  "Login attempt for nonexistent user from ",
];

function addressAtEnd(body: string, fields: ParsedFields): boolean {
  const text = withoutError(body);
  const words = endsWithPeer.find((start) => text.startsWith(start));
  if (words === undefined) return false;
  const peer = peerAtEnd(withoutPhase(text).replace(/ id \d{1,9}$/, ""));
  if (!peer) return false;
  const source = sourceOf(peer);
  if (source) fields.source = source;
  const user = sessionUser(words, peer.before);
  if (user !== undefined) fields.user = { name: user };
  return true;
}

/** `Starting session: WHAT for USER from`, `Close session: user USER from`: a user who has logged in. */
function sessionUser(words: string, before: string): string | undefined {
  const text = before.endsWith(" from") ? before.slice(words.length, -5) : "";
  if (words === "Close session: ") return after(text, "user ");
  const at = words === "Starting session: " ? text.indexOf(" for ") : -1;
  return at < 0 ? undefined : text.slice(at + 5);
}

/**
 * Lines that name a user and no address, and count nothing: `input_userauth_request: invalid user USER` and `Access
 * denied for user USER by PAM account configuration` stand beside sshd's `Invalid user` and `Failed`; `subsystem
 * request for NAME by user USER` comes after the login.
 */
function userAfterWords(body: string, fields: ParsedFields): boolean {
  const text = withoutPhase(withoutError(body));
  const name =
    after(text, "input_userauth_request: invalid user ") ??
    between(text, "Access denied for user ", " by PAM account configuration") ??
    subsystemUser(text);
  if (name === undefined) return false;
  if (name !== "") fields.user = { name };
  return true;
}

function between(text: string, start: string, end: string): string | undefined {
  return text.endsWith(end) ? after(text.slice(0, -end.length), start) : undefined;
}

/** The last user: the subsystem's name is the client's to choose. */
function subsystemUser(text: string): string | undefined {
  const rest =
    between(text, "subsystem request for ", " failed, subsystem not found") ??
    after(text, "subsystem request for ");
  const at = rest?.lastIndexOf(" by user ") ?? -1;
  return at < 0 ? undefined : rest?.slice(at + 9);
}

/** `Address ADDRESS maps to NAME, but this does not map back to the address`. */
function mapsBack(body: string, fields: ParsedFields): boolean {
  const found = /^Address (\S{2,60}) maps to (\S{1,255}), but /.exec(body.slice(0, 400));
  if (!found?.[1]) return false;
  const source = sourceOf({ before: "", address: found[1] });
  if (source) fields.source = { ...source, ...(found[2] && { domain: found[2] }) };
  return true;
}

/** `reverse mapping checking getaddrinfo for NAME [ADDRESS] failed`, `drop connection #N from [A]:P on [B]:P past …`. */
function bracketed(body: string, fields: ParsedFields): boolean {
  const name = after(body, "reverse mapping checking getaddrinfo for ");
  const found = /^(\S{1,255}) \[([^\]\s]{2,60})\]/.exec(name?.slice(0, 330) ?? "");
  if (found?.[2]) {
    const source = sourceOf({ before: "", address: found[2] });
    if (source) fields.source = { ...source, ...(found[1] && { domain: found[1] }) };
    return true;
  }
  const drop =
    /^drop connection #\d{1,9} from \[([^\]]{2,60})\]:(\d{1,5}) on \[([^\]]{2,60})\]:(\d{1,5}) /.exec(
      body.slice(0, 250),
    );
  if (!drop?.[1] || !drop[3]) return false;
  const source = sourceOf({ before: "", address: drop[1], port: Number(drop[2]) });
  const destination = sourceOf({ before: "", address: drop[3], port: Number(drop[4]) });
  if (source) fields.source = source;
  if (destination) fields.destination = destination;
  return true;
}
