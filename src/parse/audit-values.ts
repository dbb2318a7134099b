/** A record's `key=value` pairs in order, quotes and hexadecimal coding undone; later ones of a name win. */
export type AuditValues = ReadonlyMap<string, string>;

/**
 * Strings that a user can choose: the kernel and auditd write them in quotes, or in hexadecimal when they hold a
 * quote, a blank or a control character (audit_log_untrustedstring).
 */
const untrusted = new Set(
  (
    "acct exe comm cwd name proctitle cmd path key data grp dir ocomm file vm new-disk old-disk old-acct " +
    "new_acct sw root_dir device new-fs old-fs watch apparmor profile"
  ).split(" "),
);

/**
 * Reads `key=value key="value" msg='key=value …'`; what comes after the group separator is auditd's enrichment. Of an
 * EXECVE record, `a0`, `a1` … are texts; of others they are numbers in hexadecimal.
 */
export function auditValues(text: string, type: string): AuditValues {
  const values = new Map<string, string>();
  read(text, values, type === "EXECVE", true);
  return values;
}

function read(text: string, values: Map<string, string>, execve: boolean, outer: boolean): void {
  const length = text.length;
  let at = 0;
  let bracketed = false;
  while (at < length) {
    const code = text.charCodeAt(at);
    // Blanks, commas of old versions, and U+001D before the enriched fields.
    if (code === 32 || code === 29 || code === 44) {
      at++;
      continue;
    }
    // RHEL 5 writes `acct=… : exe="…" (hostname=?, addr=?, terminal=ssh res=failed)`, or `acct=…: exe=`.
    if (code === 40 && !outer && text.startsWith("hostname=", at + 1)) {
      bracketed = true;
      at++;
      continue;
    }
    const word = text.slice(at, blankAfter(text, at));
    const equals = word.indexOf("=");
    if (equals < 0) {
      at += word.length;
      continue;
    }
    const key = word.slice(0, equals);
    const start = at + equals + 1;
    const quote = text[start];
    if (quote === "'" && outer) {
      const end = messageEnd(text, start + 1);
      read(text.slice(start + 1, end), values, execve, false);
      at = end + 1;
    } else if (quote === '"') {
      const close = text.indexOf('"', start + 1);
      const end = close < 0 ? length : close;
      put(values, key, text.slice(start + 1, end));
      at = end + 1;
    } else {
      let value = word.slice(equals + 1);
      if (bracketed && (value.endsWith(",") || value.endsWith(")"))) value = value.slice(0, -1);
      else if (value.endsWith(":") && text.startsWith(" exe=", at + word.length))
        value = value.slice(0, -1);
      put(values, key, decoded(key, value, execve));
      at += word.length;
    }
  }
}

/** A user-space message ends at the last apostrophe before the enrichment, because its values may hold one. */
function messageEnd(text: string, from: number): number {
  const separator = text.indexOf("\u001d", from);
  const close = text.lastIndexOf("'", separator < 0 ? text.length : separator);
  if (close >= from) return close;
  return separator < 0 ? text.length : separator;
}

function blankAfter(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || code === 29) return i;
  }
  return text.length;
}

/** Names as the kernel and auditd write them, `a0[1]` and `new-disk` among them; anything else becomes no field. */
const name = /^[\w.[\]-]+$/;

function put(values: Map<string, string>, key: string, value: string): void {
  if (!name.test(key)) return;
  if (value !== "" && value !== "?" && value !== "(null)" && value !== "(none)")
    values.set(key, value);
}

function decoded(key: string, value: string, execve: boolean): string {
  if (!untrusted.has(key) && !(execve && /^a\d{1,4}(?:\[\d{1,4}\])?$/.test(key))) return value;
  if (value.length < 2 || value.length % 2 !== 0 || !/^[0-9A-F]+$/.test(value)) return value;
  return Buffer.from(value, "hex").toString("utf8");
}
