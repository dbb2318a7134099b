import type { ParsedFields } from "../format.ts";
import { peerAfter } from "./peer.ts";
import { after, classify, countAttempts, type Pattern } from "./program.ts";
import { connections } from "./sshd-connections.ts";
import { beforeProtocol } from "./sshd-key.ts";
import { addPeer, userOf, withoutError, withoutPhase } from "./sshd-text.ts";

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
  ...connections,
];

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
