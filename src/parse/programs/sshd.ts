import type { ParsedFields } from "../format.ts";
import { peerAfter, peerAtEnd, peerAtStart, sourceOf, type Peer } from "./peer.ts";
import { after, classify, countAttempts, type Pattern } from "./program.ts";

const authentication = ["authentication"];
const authenticationAndSession = ["authentication", "session"];
const info = ["info"];
const login = "ssh_login";

/**
 * What OpenSSH's server writes (auth.c, sshd.c, packet.c, 3.9 to 10). A user's name is the client's to choose, so
 * it is whatever is left between the words before it and the address at the end of the line.
 */
export const sshd: readonly Pattern[] = [
  {
    name: "sshd: Failed METHOD for USER from ADDRESS",
    take: (body, fields) => verdict(body, "Failed ", fields),
  },
  {
    name: "sshd: Accepted METHOD for USER from ADDRESS",
    take: (body, fields) => verdict(body, "Accepted ", fields),
  },
  {
    name: "sshd: Partial METHOD for USER from ADDRESS",
    take: (body, fields) => verdict(body, "Partial ", fields),
  },
  {
    name: "sshd: Postponed METHOD for USER from ADDRESS",
    take: (body, fields) => verdict(body, "Postponed ", fields),
  },
  { name: "sshd: Invalid user", take: invalidUser },
  { name: "sshd: maximum authentication attempts exceeded", take: maximumAttempts },
  { name: "sshd: PAM: … for USER from ADDRESS", take: pamResult },
  { name: "sshd: Connection closed/reset, Disconnected", take: ended },
  { name: "sshd: Disconnecting", take: disconnecting },
  { name: "sshd: ADDRESS after known words", take: addressAfterWords },
  { name: "sshd: User USER from ADDRESS not allowed", take: notAllowed },
  { name: "sshd: … from ADDRESS at the end", take: addressAtEnd },
  { name: "sshd: [ADDRESS] in brackets", take: bracketed },
];

function withoutPhase(body: string): string {
  return body.endsWith(" [preauth]") ? body.slice(0, -10) : body;
}

/** `Failed|Accepted|… METHOD for [invalid user ]USER from ADDRESS port N ssh2[: KEY]`. */
function verdict(body: string, word: string, fields: ParsedFields): boolean {
  const rest = after(body, word);
  if (rest === undefined) return false;
  const methodEnd = rest.indexOf(" for ");
  if (methodEnd <= 0 || rest.lastIndexOf(" ", methodEnd - 1) >= 0) return false;
  const peer = beforeProtocol(withoutPhase(rest.slice(methodEnd + 5)));
  if (!peer) return false;
  const method = rest.slice(0, methodEnd);
  if (word === "Failed ") {
    classify(fields, { category: authentication, type: info, action: login, outcome: "failure" });
  } else if (word === "Accepted ") {
    classify(fields, {
      category: authenticationAndSession,
      type: info,
      action: login,
      outcome: "success",
    });
  }
  addPeer(fields, peer, userOf(peer.before));
  if (word === "Failed " || word === "Accepted ") {
    fields.leafwatch = { attempts: 1, ssh: { method } };
  }
  return true;
}

/**
 * The address before ` ssh2`. At the end of the line it is the last one; where a key follows (`ssh2: RSA SHA256:…`),
 * it is the last that such a key can follow.
 */
function beforeProtocol(text: string): Peer | undefined {
  for (let at = text.lastIndexOf(" ssh"); at >= 0; at = text.lastIndexOf(" ssh", at - 1)) {
    const version = text[at + 4];
    if (version === "2" || version === "1") {
      const tail = text.slice(at + 5, at + 7);
      if (tail === "" || tail === ": ") {
        const peer = peerAfter(text.slice(Math.max(0, at - 400), at), "from");
        if (peer?.port !== undefined) {
          return { ...peer, before: text.slice(0, Math.max(0, at - 400)) + peer.before };
        }
      }
    }
    if (at === 0) break;
  }
  return undefined;
}

function userOf(text: string): string {
  return (
    after(text, "invalid user ") ?? after(text, "illegal user ") ?? (isNobody(text) ? "" : text)
  );
}

/** An empty name leaves the words before it without their last blank. */
function isNobody(text: string): boolean {
  return text === "invalid user" || text === "illegal user";
}

function addPeer(fields: ParsedFields, peer: Peer, user: string): void {
  const source = sourceOf(peer);
  if (source) fields.source = source;
  if (user !== "") fields.user = { name: user };
}

function invalidUser(body: string, fields: ParsedFields): boolean {
  const rest = after(body, "Invalid user") ?? after(body, "Illegal user");
  if (rest === undefined || (rest !== "" && rest[0] !== " ")) return false;
  const peer = peerAfter(withoutPhase(rest), "from");
  if (!peer) return false;
  classify(fields, { category: authentication, type: info, action: login, outcome: "failure" });
  addPeer(fields, peer, after(peer.before, " ") ?? peer.before);
  countAttempts(fields, 0);
  return true;
}

function maximumAttempts(body: string, fields: ParsedFields): boolean {
  const rest = after(withoutError(body), "maximum authentication attempts exceeded for ");
  if (rest === undefined) return false;
  const text = withoutPhase(rest);
  const peer = beforeProtocol(text) ?? peerAfter(text, "from");
  if (!peer) return false;
  classify(fields, { category: authentication, type: info, action: login, outcome: "failure" });
  addPeer(fields, peer, userOf(peer.before));
  countAttempts(fields, 0);
  return true;
}

function withoutError(body: string): string {
  return after(body, "error: ") ?? after(body, "fatal: ") ?? body;
}

/** `error: PAM: Authentication failure for [illegal user ]USER from ADDRESS`: a text beside sshd's own `Failed`. */
function pamResult(body: string, fields: ParsedFields): boolean {
  const rest = after(withoutError(body), "PAM: ");
  const at = rest?.indexOf(" for ") ?? -1;
  if (rest === undefined || at < 0) return false;
  const peer = peerAfter(withoutPhase(rest.slice(at + 5)), "from");
  if (!peer) return false;
  classify(fields, { category: authentication, type: info, action: login, outcome: "failure" });
  addPeer(fields, peer, userOf(peer.before));
  countAttempts(fields, 0);
  return true;
}

const endings = [
  "Connection closed by ",
  "Connection reset by ",
  "Disconnected from ",
  "ssh_dispatch_run_fatal: Connection from ",
  "Disconnecting ",
];
const states = ["authenticating user ", "invalid user ", "user "];

/** `Connection closed by [authenticating user|invalid user|user USER ]ADDRESS port N`. */
function ended(body: string, fields: ParsedFields): boolean {
  const text = withoutError(body);
  for (const words of endings) {
    const rest = after(text, words);
    if (rest === undefined || words === "Disconnecting ") continue;
    return addUserAndPeer(withoutReason(withoutPhase(rest)), fields);
  }
  return false;
}

/** Without what follows `port N`: packet.c adds `: REASON`, which is ours and never the client's. */
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
  const change = text.indexOf(": Change of username or service not allowed");
  return addUserAndPeer(change < 0 ? withoutReason(text) : text.slice(0, change), fields);
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
  "Protocol major versions differ for ",
  "Protocol major versions differ: ",
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
