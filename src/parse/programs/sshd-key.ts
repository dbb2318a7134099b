import { peerAfter, type Peer } from "./peer.ts";

/*
 * auth.c writes `METHOD for [invalid user ]%.100s from ADDRESS port N ssh2[: EXTRA]` and escapes no blank, so two
 * clients can lie. One chooses the USER (`x from 6.6.6.6 port 1 ssh2: RSA SHA256:a`), in front of the address. One
 * chooses what stands in EXTRA, behind it: the id of a certificate, the user and host of a host-based login.
 *
 * - A line that ends with an address has no EXTRA, so its last address is sshd's, whatever the name in front says.
 * - Else EXTRA reaches to the end of the line. The first address that is followed by a well-formed EXTRA is sshd's,
 *   and later ones lie inside that. A name cannot make itself the first, because sshd's own ` from ADDRESS …` would
 *   have to be part of the EXTRA that it begins, and a plain key's has no room for one.
 * - Only a name that begins the EXTRA of a certificate (or a host-based login), sent with such a key, reads both
 *   ways. Accounts have no such names, and since 7.8 sshd writes no EXTRA for an `invalid user`.
 * - sshd cuts a message at 1023 characters, which an id can bring about, so that its last words stand at the end.
 *   A name (100 bytes, four times that escaped) is too short for it, so a line that long has an EXTRA that was cut.
 */

const cutLength = 900;
const type = "[A-Za-z][A-Za-z0-9_-]{0,40}";
/* OpenSSH < 6.8 writes MD5 without naming it. */
const print = "(?:[A-Z][A-Z0-9-]{1,15}:[^\\s,]{1,140}|(?:[0-9a-f]{2}:){15}[0-9a-f]{2}|\\(null\\))";
const keyStart = new RegExp(`^: ${type} ${print}(?= ID |, client user "|$)`);
const authority = ` \\(serial \\d{1,20}\\) CA ${type} ${print}`;
const certificateEnd = new RegExp(`${authority}$`);
const certificateAndClient = new RegExp(`${authority}, client user "`);

/**
 * The address before ` ssh2` and what stands before it, of a text from the user's name on; undefined when it has none.
 */
export function beforeProtocol(text: string): Peer | undefined {
  if (text.length < cutLength && isProtocol(text, text.length - 5)) {
    const peer = peerBefore(text, text.length - 5);
    if (peer) return peer;
  }
  return beforeKey(text) ?? lastOne(text);
}

function isProtocol(text: string, at: number): boolean {
  return at >= 0 && (text.startsWith(" ssh2", at) || text.startsWith(" ssh1", at));
}

function peerBefore(text: string, at: number): Peer | undefined {
  const from = Math.max(0, at - 400);
  const peer = peerAfter(text.slice(from, at), "from");
  if (peer?.port === undefined) return undefined;
  if (from > 0) peer.before = text.slice(0, from) + peer.before;
  return peer;
}

/** The first address that a whole key follows. What the line's end looks like is asked once, so this is linear. */
function beforeKey(text: string): Peer | undefined {
  const client = text.endsWith('"') ? text.lastIndexOf(', client user "') : -1;
  const isCut = text.length >= cutLength;
  const isCertificate =
    client < 0 ? certificateEnd.test(text.slice(-300)) : certificateAndClient.test(text);
  for (let at = text.indexOf(" ssh"); at >= 0; at = text.indexOf(" ssh", at + 1)) {
    if (!isProtocol(text, at)) continue;
    const key = keyStart.exec(text.slice(at + 5, at + 220));
    if (!key) continue;
    const end = at + 5 + key[0].length;
    const isWhole = text.startsWith(" ID ", end)
      ? isCut || isCertificate
      : end === text.length || (text.startsWith(", client", end) && (isCut || client >= end));
    const peer = isWhole ? peerBefore(text, at) : undefined;
    if (peer) return peer;
  }
  return undefined;
}

/** The last address that anything can follow: GSSAPI writes a principal's name, which the realm vouches for. */
function lastOne(text: string): Peer | undefined {
  for (let at = text.lastIndexOf(" ssh"); at >= 0; at = text.lastIndexOf(" ssh", at - 1)) {
    if (isProtocol(text, at) && (at + 5 === text.length || text.startsWith(": ", at + 5))) {
      const peer = peerBefore(text, at);
      if (peer) return peer;
    }
    if (at === 0) break;
  }
  return undefined;
}
