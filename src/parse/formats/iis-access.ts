import { z } from "zod";
import { statusOf } from "../access-event.ts";
import { endpoint, hostAndPort, portOf, unsigned } from "../address.ts";
import { format, type ParsedFields, type Parser } from "../format.ts";
import { addForwardedFor, addForwardedSource } from "../forwarded.ts";
import { urlOf } from "../request-line.ts";
import { isoOf, isoTime } from "../timestamp.ts";
import { utc } from "../zone.ts";

/** IIS's W3C extended log: `#Fields:` names the columns of the lines after it, and may come again with others. */
export const iisAccess = format({
  type: "iis.access",
  summary: "IIS access log in W3C extended format; `#Fields:` directives may change.",
  options: z.object({}),
  create: () => parser,
});

const defaultColumns =
  "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";

/** Without a directive (reading began in the middle): the defaults of IIS 8+, 7 and 6, told apart by their number. */
const layouts: readonly (readonly string[])[] = [
  defaultColumns,
  defaultColumns.replace(" cs(Referer)", ""),
  "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
  "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken",
  "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken X-Forwarded-For",
  "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken X-Forwarded-For",
  "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status",
].map((columns) => columns.split(" "));

/** IIS has about thirty columns, and custom ones. */
const maxColumns = 500;

const webAndNetwork = ["web", "network"];
const web = ["web"];
const connection = ["connection"];

const parser: Parser = {
  isDirective: (text) => text.startsWith("#Fields:"),
  isBlank: (text) => text.startsWith("#") || text.trim() === "",
  parse(text, { directive, trace }) {
    const values = text.trimEnd().split(/[ \t]/, maxColumns + 1);
    if (values.length > maxColumns) return { unparsed: `more than ${maxColumns} columns` };
    const columns =
      directive === undefined
        ? layouts.find((layout) => layout.length === values.length)
        : columnsOf(directive);
    trace?.(directive ?? "default columns", columns?.length === values.length);
    if (!columns) return { unparsed: `${values.length} columns, and no #Fields: before` };
    const row = new Map<string, string>();
    columns.forEach((column, i) => {
      const value = values[i];
      if (value !== undefined && value !== "-" && value !== "")
        row.set(column.toLowerCase(), value);
    });
    const fields = eventOf(row);
    if (columns.length !== values.length) {
      return {
        unparsed: `${values.length} columns where #Fields: names ${columns.length}`,
        fields,
      };
    }
    return fields["@timestamp"] === undefined && row.has("time")
      ? { unparsed: "date and time are none", fields }
      : fields;
  },
};

let lastDirective = "";
let lastColumns: readonly string[] = [];

function columnsOf(directive: string): readonly string[] {
  if (directive !== lastDirective) {
    lastDirective = directive;
    lastColumns = directive.slice("#Fields:".length).trim().split(/\s+/);
  }
  return lastColumns;
}

/** IIS writes a blank in a header as `+`. */
const blanks = (text: string | undefined) => text?.replaceAll("+", " ");

function eventOf(row: ReadonlyMap<string, string>): ParsedFields {
  const status = statusOf(row.get("sc-status") ?? "");
  const server = row.get("s-ip");
  const fields: ParsedFields = {
    event: { kind: "event", category: server === undefined ? web : webAndNetwork },
  };
  const event = fields.event ?? {};
  if (server !== undefined) event.type = connection;
  if (status !== undefined) event.outcome = status < 400 ? "success" : "failure";
  // W3C extended log files are in UTC (Extended Log File Format, W3C WD-logfile).
  const stamp = isoTime(`${row.get("date") ?? ""}T${row.get("time") ?? ""}Z`, 0, utc);
  if (stamp) fields["@timestamp"] = isoOf(stamp.ms);
  const taken = unsigned(row.get("time-taken") ?? "");
  if (taken !== undefined) event.duration = taken * 1_000_000;
  addEnds(row, fields);
  addHttp(row, status, fields);
  addUrl(row, fields);
  const user = row.get("cs-username");
  if (user !== undefined) fields.user = userOf(user);
  const agent = blanks(row.get("cs(user-agent)"));
  if (agent !== undefined) fields.user_agent = { original: agent };
  const site = row.get("s-sitename");
  if (site !== undefined) fields.service = { name: site };
  const computer = row.get("s-computername");
  if (computer !== undefined) fields.host = { hostname: computer };
  const win32 = row.get("sc-win32-status");
  if (win32 !== undefined && win32 !== "0") fields.error = { code: win32 };
  return fields;
}

function addEnds(row: ReadonlyMap<string, string>, fields: ParsedFields): void {
  const source = endpoint(row.get("c-ip") ?? "");
  const sourcePort = portOf(row.get("c-port") ?? "");
  if (source) fields.source = sourcePort === undefined ? source : { ...source, port: sourcePort };
  const bytesIn = unsigned(row.get("cs-bytes") ?? "");
  const bytesOut = unsigned(row.get("sc-bytes") ?? "");
  if (bytesIn !== undefined) fields.source = { ...fields.source, bytes: bytesIn };
  const destination = endpoint(row.get("s-ip") ?? "");
  if (destination) {
    const port = portOf(row.get("s-port") ?? "");
    if (port !== undefined) destination.port = port;
    if (bytesOut !== undefined) destination.bytes = bytesOut;
    fields.destination = destination;
  }
  const forwarded = row.get("x-forwarded-for") ?? row.get("cs(x-forwarded-for)");
  if (forwarded === undefined) return;
  addForwardedFor(fields, forwarded.replaceAll("+", " "));
  addForwardedSource(fields);
}

function addHttp(
  row: ReadonlyMap<string, string>,
  status: number | undefined,
  fields: ParsedFields,
): void {
  const http: NonNullable<ParsedFields["http"]> = {};
  const version = /^HTTP\/(\d(?:\.\d)?)$/.exec(row.get("cs-version") ?? "")?.[1];
  if (version !== undefined) http.version = version;
  const method = row.get("cs-method");
  const referrer = row.get("cs(referer)");
  const bytesIn = unsigned(row.get("cs-bytes") ?? "");
  if (method !== undefined || referrer !== undefined || bytesIn !== undefined) {
    http.request = {
      ...(method !== undefined && { method }),
      ...(referrer !== undefined && { referrer }),
      ...(bytesIn !== undefined && { bytes: bytesIn }),
    };
  }
  const bytes = unsigned(row.get("sc-bytes") ?? "");
  if (status !== undefined) http.response = { status_code: status };
  // sc-bytes counts the headers too; Elastic's pipeline puts it here.
  if (bytes !== undefined) http.response = { ...http.response, body: { bytes } };
  if (Object.keys(http).length > 0) fields.http = http;
}

function addUrl(row: ReadonlyMap<string, string>, fields: ParsedFields): void {
  const stem = row.get("cs-uri-stem") ?? row.get("cs-uri");
  const query = row.get("cs-uri-query");
  const host = row.get("cs-host") ?? row.get("cs(host)");
  if (stem !== undefined) {
    const target = query === undefined ? stem : `${stem}?${query}`;
    const url = urlOf(target);
    fields.url = url;
    // The stem is logged decoded: what looks like a query or fragment in it is part of the path.
    if (row.has("cs-uri-stem")) {
      delete url.fragment;
      url.path = urlOf(stem.replaceAll("?", "%3F").replaceAll("#", "%23")).path ?? stem;
      if (query === undefined) delete url.query;
      else url.query = query;
    }
  } else if (query !== undefined) {
    fields.url = { query };
  }
  if (host !== undefined) {
    const split = hostAndPort(host);
    fields.url = { ...fields.url, domain: split.host };
    if (fields.destination) fields.destination.domain = split.host;
    if (split.port !== undefined) fields.url.port = split.port;
  }
}

function userOf(text: string): NonNullable<ParsedFields["user"]> {
  const slash = text.indexOf("\\");
  if (slash <= 0 || slash === text.length - 1) return { name: text };
  return { name: text.slice(slash + 1), domain: text.slice(0, slash) };
}
