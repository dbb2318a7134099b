import { lineOf, logs, type Emit } from "./log-line.ts";
import type { Random } from "./random.ts";
import type { Stamps } from "./stamps.ts";

/** What a request leaves in a log of the combined format, Apache's or nginx's. */
export interface Request {
  time: number;
  address: string;
  /** Whom the application knows the client as, or who tried to be known. */
  user?: string;
  method?: "GET" | "POST" | "HEAD";
  url: string;
  status: number;
  bytes: number;
  referrer?: string;
  agent: string;
}

/** What Apache says of its own in the error log. */
export interface Complaint {
  time: number;
  /** Module and level: `core:error`. */
  from: string;
  /** Address of the client whose request it is about. */
  client?: string;
  message: string;
}

/** Writes as Apache 2.4 on web1 does. */
export interface ApacheLog {
  request(request: Request): void;
  /** A line that holds no request: `"\x16\x03\x01…" 400`. */
  garbage(time: number, address: string, received: string): void;
  complaint(complaint: Complaint): void;
  /** A login on the website, its failures first; the time at which it succeeded. */
  login(client: Client, time: number, failures: number): number;
}

interface Client {
  address: string;
  agent: string;
  name: string;
}

/** Address of the website, as referrers name it. */
export const site = "https://members.example.org";

/** Lines go to `emit`, in the order of the calls. */
export function createApacheLog(stamps: Stamps, random: Random, emit: Emit): ApacheLog {
  const add = (log: typeof logs.access | typeof logs.error, time: number, line: string) => {
    emit(lineOf(log, time, line));
  };
  const request = (r: Request) => {
    add(logs.access, r.time, combined(stamps, r, "-"));
  };
  const garbage = (time: number, address: string, received: string) => {
    const line = `${address} - - [${stamps.access(time)}] "${received}" 400 484 "-" "-"`;
    add(logs.access, time, line);
  };
  const complaint = ({ time, from, client, message }: Complaint) => {
    const worker = `[pid ${random.int(811, 815)}:tid ${random.int(2, 25)}]`;
    const about = client ? ` [client ${bracketed(client)}:${random.int(32_768, 60_999)}]` : "";
    const line = `[${stamps.error(time)}] [${from}] ${worker}${about} ${message}`;
    add(logs.error, time, line);
  };
  const login = ({ address, agent, name }: Client, from: number, failures: number) => {
    const page = { address, agent, url: "/login", referrer: `${site}/login` };
    let time = from;
    request({ ...page, time, status: 200, bytes: 3120, referrer: `${site}/` });
    for (let failed = 0; failed < failures; failed++) {
      time += random.int(6_000, 25_000);
      request({ ...page, time, user: name, method: "POST", status: 401, bytes: 3298 });
      complaint({ time, from: "auth_form:error", client: address, message: mismatch(name) });
    }
    time += random.int(5_000, 20_000);
    request({ ...page, time, user: name, method: "POST", status: 302, bytes: 0 });
    return time;
  };
  return { request, garbage, complaint, login };
}

/** A line of the combined format; `nothing` is how the server writes that it sent no bytes. */
export function combined(stamps: Stamps, r: Request, nothing: "-" | "0"): string {
  const bytes = r.bytes === 0 ? nothing : String(r.bytes);
  return (
    `${r.address} - ${r.user ?? "-"} [${stamps.access(r.time)}] "${r.method ?? "GET"} ${r.url} HTTP/1.1" ` +
    `${r.status} ${bytes} "${r.referrer ?? "-"}" "${r.agent}"`
  );
}

/** Apache's message for a wrong password. */
export function mismatch(user: string): string {
  return `AH01807: user '${user}': authentication failure for "/login": password Mismatch`;
}

/** What PHP says of a request that it could not answer. */
export const noDatabase =
  "AH01071: Got error 'PHP message: PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] " +
  "Connection refused in /var/www/html/src/Database.php:41'";

const bracketed = (address: string) => (address.includes(":") ? `[${address}]` : address);
