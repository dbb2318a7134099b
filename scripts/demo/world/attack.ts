import { mismatch, noDatabase, site, type ApacheLog } from "./apache-log.ts";
import type { AuthLog } from "./auth-log.ts";
import type { HostName } from "./log-line.ts";
import type { WindowsLog } from "./windows-log.ts";
import { browsers, type Member } from "./people.ts";
import type { Random } from "./random.ts";

/** An alert that the attack must raise: the rule's id in rules.yml and the group it fires for. */
export interface ExpectedAlert {
  rule: string;
  group: Readonly<Record<string, string>>;
}

const guesser = "198.51.100.7";
const scanner = "198.51.100.19";
const stuffer = "198.51.100.23";
const victim: HostName = "web1";
const account = { name: "administrator", rid: 500 } as const;

/** What the attack must lead to: these alerts, each once, and no others. */
export const expectedAlerts: readonly ExpectedAlert[] = [
  { rule: "ssh-bruteforce", group: { "source.ip": guesser } },
  { rule: "http-404", group: { "source.ip": scanner } },
  { rule: "http-401", group: { "source.ip": stuffer } },
  { rule: "http-500", group: { "host.name": victim } },
  { rule: "windows-guessing", group: { "user.name": account.name } },
];

/** How long the attack goes on. */
export const attackMs = 24_000;

/** Five incidents at once, and the ordinary day around them. */
export function attack(
  start: number,
  members: readonly Member[],
  web: ApacheLog,
  auth: AuthLog,
  windows: WindowsLog,
  random: Random,
): void {
  bruteForce(start + 1_000, auth, random);
  scan(start + 2_000, web, random);
  stuffing(start + 3_000, members, web, random);
  outage(start + 6_000, members, web, random);
  guessing(start + 4_000, windows);
  everyday(start, web, auth, random);
}

/** Sixty passwords over a dozen connections: half for root, half for names that do not exist. */
function bruteForce(start: number, auth: AuthLog, random: Random): void {
  const names = ["root", "admin", "root", "deploy", "root", "postgres"] as const;
  for (let i = 0; i < 12; i++) {
    const user = random.pick(names);
    const guess = { address: guesser, user, known: user === "root", pauseMs: [80, 350] as const };
    auth.failures(guess, start + i * 1_600, 5);
  }
}

/** A tool walks through its list of files that should not be there; none is. */
function scan(start: number, web: ApacheLog, random: Random): void {
  const agent = "Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)";
  const folders = ["", "/admin", "/backup", "/old", "/test", "/app", "/api", "/dev"];
  const files = ["/.env", "/.git/HEAD", "/config.php.bak", "/db.sql", "/phpinfo.php", "/shell.php"]
    .concat([
      "/wp-config.php~",
      "/id_rsa",
      "/server.key",
      "/users.csv",
      "/web.config",
      "/.htpasswd",
    ])
    .concat(["/dump.tar.gz", "/install.php", "/console", "/%2e%2e/%2e%2e/etc/passwd"]);
  let time = start;
  for (const folder of folders) {
    for (const file of files) {
      const url = folder + file;
      web.request({ time, address: scanner, agent, url, status: 404, bytes: 1245 });
      time += random.int(60, 180);
    }
  }
}

/** Passwords from somewhere else are tried on the members' names. */
function stuffing(start: number, members: readonly Member[], web: ApacheLog, random: Random): void {
  const who = { address: stuffer, agent: "python-requests/2.32.3", url: "/login" };
  for (let i = 0; i < 60; i++) {
    const time = start + i * 300 + random.int(0, 200);
    const user = members[random.int(0, members.length - 1)]?.name ?? "admin";
    web.request({ ...who, time, user, method: "POST", status: 401, bytes: 3298 });
    const from = "auth_form:error";
    web.complaint({ time, from, client: stuffer, message: mismatch(user) });
  }
}

/** One account of the domain, password after password, until it is locked. */
function guessing(start: number, windows: WindowsLog): void {
  const from = { address: "198.51.100.31", workstation: "KALI" };
  for (let i = 0; i < 20; i++) windows.failure(account.name, from, start + i * 700);
  windows.lockout(account, from.workstation, start + 20 * 700);
}

/** The database goes away: whoever opens the status page sees an error. */
function outage(start: number, members: readonly Member[], web: ApacheLog, random: Random): void {
  for (let i = 0; i < 40; i++) {
    const member = members[random.int(0, members.length - 1)];
    if (!member) continue;
    const { address, agent, name: user } = member;
    const time = start + i * 350 + random.int(0, 300);
    const referrer = `${site}/login`;
    const failed = { url: "/status", status: 500, bytes: 1310, referrer };
    web.request({ time, address, agent, user, ...failed });
    web.complaint({ time, from: "proxy_fcgi:error", client: address, message: noDatabase });
  }
}

function everyday(start: number, web: ApacheLog, auth: AuthLog, random: Random): void {
  for (let time = start; time < start + attackMs; time += random.int(400, 1_200)) {
    const who = { address: `198.51.100.${random.int(40, 254)}`, agent: random.pick(browsers) };
    const url = random.pick(["/", "/news", "/courses", "/jobs", "/contact"]);
    web.request({ ...who, time, url, status: 200, bytes: random.int(4_000, 22_000) });
  }
  for (let time = start + 500; time < start + attackMs; time += 4_000) {
    const pid = auth.pid(time);
    const session = "pam_unix(cron:session): session";
    auth.write(time, "CRON", `${session} opened for user root(uid=0) by root(uid=0)`, pid);
    auth.write(time + 350, "CRON", `${session} closed for user root`, pid);
  }
}
