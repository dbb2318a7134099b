import { z } from "zod";
import { accessResult } from "../access-event.ts";
import { accessLine, type AccessLine } from "../access-line.ts";
import { hostAndPort, ipOf } from "../address.ts";
import { format, type ParsedFields, type Parser } from "../format.ts";
import { addAddresses, addForwardedFor, clientOf } from "../forwarded.ts";
import { logFormatParser } from "../log-format.ts";
import { nginxLogFormat } from "../log-format-nginx.ts";

/** nginx's access log: `combined`, the packages' `main` (with X-Forwarded-For at the end), or any `log_format`. */
export const nginxAccess = format({
  type: "nginx.access",
  summary: "nginx access log: combined, main, or any `log_format`.",
  options: z.object({ log_format: z.string().optional() }),
  create: ({ log_format }) =>
    log_format === undefined ? standard : logFormatParser(nginxLogFormat(log_format)),
});

const standard: Parser = {
  parse(text, { trace }) {
    const line = accessLine(text);
    trace?.("combined", typeof line !== "string");
    if (typeof line === "string") return { unparsed: line };
    const addresses = splitHead(line);
    if (!addresses) return { unparsed: "no ` - user` before the time" };
    const result = accessResult(line);
    const fields = "unparsed" in result ? (result.fields ?? {}) : result;
    if (addresses.length > 1) addAddresses(fields, addresses);
    addForwarded(fields, line.rest);
    return result;
  },
};

/**
 * `[vhost ]ADDRESS[, ADDRESS …] - user`: the first ` - ` ends the addresses, which hold none; the user may hold
 * anything.
 *
 * @returns the addresses; undefined when there are none.
 */
function splitHead(line: AccessLine): string[] | undefined {
  const dash = line.head.indexOf(" - ");
  if (dash < 0 && !line.head.endsWith(" -")) return undefined;
  line.user = dash < 0 ? "" : line.head.slice(dash + 3);
  let list = line.head.slice(0, dash < 0 ? -2 : dash).replaceAll('"', "");
  const blank = list.indexOf(" ");
  if (blank > 0 && list[blank - 1] !== ",") {
    const first = list.slice(0, blank);
    const { host, port } = hostAndPort(first);
    if (ipOf(first) === undefined) {
      line.vhost = host;
      line.vhostPort = port === undefined ? "" : String(port);
      list = list.slice(blank + 1);
    }
  }
  const addresses = list.split(/[,\s]+/).filter((word) => word !== "" && word !== "-");
  line.address = clientOf(addresses) ?? "";
  return addresses;
}

/** `"X-Forwarded-For"` after the user agent, as the `main` format of nginx's own packages has it. */
function addForwarded(fields: ParsedFields, rest: string): void {
  if (rest.length < 4 || !rest.startsWith('"')) return;
  const end = rest.indexOf('"', 1);
  if (end < 0) return;
  addForwardedFor(fields, rest.slice(1, end));
}
