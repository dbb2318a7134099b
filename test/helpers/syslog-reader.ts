/** One message as a SIEM reads it (RFC 5424), with its CEF body taken apart. */
export interface SyslogMessage {
  facility: number;
  severity: number;
  timestamp: string;
  hostname: string;
  app: string;
  procid: string;
  msgid: string;
  /** Vendor, product, version, class, name, severity. */
  cef: string[];
  extension: Record<string, string>;
}

/**
 * Reads a stream framed by octet counting (RFC 6587 §3.4.1) to its end: character by character after the grammar, and
 * not with the expressions that wrote it. Throws where the grammar is left.
 */
export function readSyslog(stream: Buffer): SyslogMessage[] {
  const messages: SyslogMessage[] = [];
  let at = 0;
  while (at < stream.length) {
    const space = stream.indexOf(0x20, at);
    const count = stream.toString("latin1", at, space);
    if (!/^[1-9]\d*$/.test(count)) throw new Error(`"${count}" is no count of octets`);
    const end = space + 1 + Number(count);
    if (end > stream.length) throw new Error("the last message is cut off");
    messages.push(
      readMessage(
        new TextDecoder("utf-8", { fatal: true }).decode(stream.subarray(space + 1, end)),
      ),
    );
    at = end;
  }
  return messages;
}

function readMessage(text: string): SyslogMessage {
  const [head = "", timestamp = "", hostname = "", app = "", procid = "", msgid = "", data = ""] =
    text.split(" ", 7);
  const close = head.indexOf(">");
  const priority = Number(head.slice(1, close));
  if (!head.startsWith("<") || head.slice(close + 1) !== "1" || !(priority >= 0 && priority <= 191))
    throw new Error(`"${head}" is no priority and version`);
  for (const [name, value, max] of [
    ["HOSTNAME", hostname, 255],
    ["APP-NAME", app, 48],
    ["PROCID", procid, 128],
    ["MSGID", msgid, 32],
  ] as const) {
    const printable = /^[!-~]*$/.test(value);
    if (value === "" || value.length > max || !printable) throw new Error(`${name} "${value}"`);
  }
  if (Number.isNaN(Date.parse(timestamp)) || !timestamp.endsWith("Z")) throw new Error(timestamp);
  if (data !== "-") throw new Error("structured data were not expected");
  const body = text.slice(
    [head, timestamp, hostname, app, procid, msgid, data].join(" ").length + 1,
  );
  for (const one of body) if (one < " ") throw new Error("a control character in the message");
  return {
    facility: Math.floor(priority / 8),
    severity: priority % 8,
    timestamp,
    hostname,
    app,
    procid,
    msgid,
    ...readCef(body),
  };
}

function readCef(body: string): Pick<SyslogMessage, "cef" | "extension"> {
  const parts: string[] = [];
  let part = "";
  let at = 0;
  for (; at < body.length && parts.length < 7; at++) {
    const one = body.charAt(at);
    if (one === "|") {
      parts.push(part);
      part = "";
    } else part += one === "\\" ? body.charAt(++at) : one;
  }
  const [version, ...cef] = parts;
  if (version !== "CEF:0" || parts.length !== 7) throw new Error("the message is no CEF");
  // A key is the word right before an equals sign that nothing escapes.
  const extension: Record<string, string> = {};
  let key = "";
  let word = "";
  let value = "";
  for (; at < body.length; at++) {
    const one = body.charAt(at);
    if (one === "\\") word += { n: "\n", r: "\r" }[body.charAt(++at)] ?? body.charAt(at);
    else if (one === " ") {
      value += `${word} `;
      word = "";
    } else if (one === "=") {
      if (key !== "") extension[key] = value.trimEnd();
      if (!/^[A-Za-z0-9]+$/.test(word) || word in extension) throw new Error(`key "${word}"`);
      [key, word, value] = [word, "", ""];
    } else word += one;
  }
  if (key !== "") extension[key] = value + word;
  return { cef, extension };
}
