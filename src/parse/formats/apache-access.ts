import { z } from "zod";
import { accessResult } from "../access-event.ts";
import { accessLine, type AccessLine } from "../access-line.ts";
import { hostAndPort, ipOf } from "../address.ts";
import { format, type Parser } from "../format.ts";
import { apacheLogFormat } from "../log-format-apache.ts";
import { logFormatParser } from "../log-format.ts";

/** Apache's access log: common, combined and vhost_combined, told apart line by line. */
export const apacheAccess = format({
  type: "apache.access",
  summary:
    "Apache access log: common, combined, vhost_combined, or any LogFormat given as `log_format`.",
  options: z.object({ log_format: z.string().optional() }),
  create: ({ log_format }) =>
    log_format === undefined ? standard : logFormatParser(apacheLogFormat(log_format)),
});

const standard: Parser = {
  parse(text, { trace }) {
    const line = accessLine(text);
    if (typeof line === "string") {
      trace?.("common, combined, vhost_combined", false);
      return { unparsed: line };
    }
    if (!splitHead(line)) return { unparsed: "fewer than three columns stand before the time" };
    trace?.(nameOf(line), true);
    return accessResult(line);
  },
};

function nameOf(line: AccessLine): string {
  if (line.vhost !== "") return "vhost_combined";
  return line.referrer === "" ? "common" : "combined";
}

/**
 * `[vhost[:port]] address ident user`: the user is whatever the client sent and may hold blanks, so the columns are
 * taken from the left. A virtual host stands first when the second column is an address, or when the first ends in a
 * port.
 */
function splitHead(line: AccessLine): boolean {
  const head = line.head;
  const first = head.indexOf(" ");
  if (first < 1) return false;
  let start = 0;
  let blank = first;
  const second = head.indexOf(" ", first + 1);
  if (second > 0 && isVhost(head.slice(0, first), head.slice(first + 1, second))) {
    const { host, port } = hostAndPort(head.slice(0, first));
    line.vhost = host;
    line.vhostPort = port === undefined ? "" : String(port);
    start = first + 1;
    blank = second;
  }
  line.address = head.slice(start, blank);
  const ident = head.indexOf(" ", blank + 1);
  if (ident < 0) return false;
  line.user = head.slice(ident + 1);
  return true;
}

function isVhost(first: string, second: string): boolean {
  if (second === "-") return false;
  if (ipOf(second) !== undefined) return true;
  return ipOf(first) === undefined && /^[^:]+:\d{1,5}$|^\[[^\]]*\]:\d{1,5}$/.test(first);
}
