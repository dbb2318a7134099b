import type { ParsedFields } from "./format.ts";
import { refuseLogin } from "./web-login.ts";

/** A refused login as a message tells it. */
interface Refusal {
  user: string;
  path: string;
}

/**
 * Makes an Apache error the failed login that it tells of.
 *
 * @returns false when the message tells of none.
 */
export function addRefusedLogin(body: string, fields: ParsedFields): boolean {
  const code = /^AH\d{5}: /.test(body) ? body.slice(0, 7) : "";
  let text = code === "" ? body : body.slice(9);
  // 2.2 has neither module nor code, but says so itself.
  const said = text.startsWith("Digest: ");
  if (said) text = text.slice("Digest: ".length);
  const digest = said || code.startsWith("AH017") || fields.log?.logger === "auth_digest";
  const refusal = digest ? digestRefusal(text) : basicRefusal(text);
  if (!refusal) return false;
  refuseLogin(fields, refusal.user);
  if (refusal.path.startsWith("/")) fields.url = { path: refusal.path };
  return true;
}

const basicWords = [': authentication failure for "', " not found: "];

/**
 * mod_auth_basic: `user U: authentication failure for "PATH": Password Mismatch`, `user U not found: PATH`. A name that
 * comes by Basic authentication holds no colon (RFC 7617 §2), so the first of these words ends it.
 */
function basicRefusal(text: string): Refusal | undefined {
  if (!text.startsWith("user ")) return undefined;
  const from = "user ".length;
  const colon = text.indexOf(":", from);
  const words = basicWords.find((word) => {
    const at = text.indexOf(word, from);
    return at >= 0 && colon === at + word.indexOf(":");
  });
  if (words === undefined) return undefined;
  const to = text.indexOf(words, from);
  const rest = text.slice(to + words.length);
  const path = words.endsWith('"') ? rest.slice(0, Math.max(0, rest.lastIndexOf('"'))) : rest;
  return { user: text.slice(from, to), path };
}

/**
 * mod_auth_digest: `user U: password mismatch: PATH`, `user ‘U' in realm ‘R' not found: PATH` with backticks. The name
 * may hold anything, so it goes on to the last of these words; a path that imitates them is the rarer of the two.
 */
function digestRefusal(text: string): Refusal | undefined {
  if (text.startsWith("user `")) {
    const notFound = text.lastIndexOf("' not found: ");
    const denied = text.lastIndexOf("' denied by provider: ");
    const end = Math.max(notFound, denied);
    const to = text.lastIndexOf("' in realm `", end);
    if (end >= 0 && to >= "user `".length) {
      return {
        user: text.slice("user `".length, to),
        path: text.slice(text.indexOf(": ", end) + 2),
      };
    }
  }
  if (text.startsWith("user ")) {
    const words = ": password mismatch: ";
    const to = text.lastIndexOf(words);
    if (to < "user ".length) return undefined;
    return { user: text.slice("user ".length, to), path: text.slice(to + words.length) };
  }
  return forged.test(text) ? { user: "", path: "" } : undefined;
}

/**
 * Credentials that were refused before their user was looked at. Not among them: a nonce that has expired or is of
 * another server process (`hash is not`), which a browser answers by itself with the same password.
 */
const forged =
  /^(?:realm mismatch - got `|unknown algorithm `|invalid qop `|invalid or missing qop value '|invalid nonce .{0,8192} received - (?:length is not \d{1,9}|user attempted time travel)$)/;
