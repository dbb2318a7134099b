/** Lines of ordinary traffic for each format, the same at every run: the i-th line. */
export type MakeLine = (i: number) => string;

const agents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "curl/8.5.0",
];
const paths = [
  "/",
  "/login",
  "/assets/site.css?v=12",
  "/members/status",
  "/news/2026/11/a-post.html",
];

const address = (i: number) =>
  `${11 + (i % 180)}.${(i * 7) % 256}.${(i * 13) % 256}.${1 + (i % 250)}`;
const two = (n: number) => String(n).padStart(2, "0");
const clock = (i: number) =>
  `${two(Math.floor(i / 3600) % 24)}:${two(Math.floor(i / 60) % 60)}:${two(i % 60)}`;

const combined: MakeLine = (i) => {
  const seconds = Math.floor(i / 25);
  const path = paths[i % paths.length] ?? "/";
  const status = i % 17 === 0 ? 404 : 200;
  const referrer = i % 2 === 0 ? "-" : "https://www.example.org/start";
  const agent = `${agents[i % agents.length] ?? ""}${i % 40 === 0 ? ` v${i % 300}` : ""}`;
  return `${address(i % 5000)} - - [22/Nov/2026:${clock(seconds)} +0000] "GET ${path} HTTP/1.1" ${status} ${1000 + (i % 9000)} "${referrer}" "${agent}"`;
};

const sshd: MakeLine = (i) =>
  `Nov 22 ${clock(Math.floor(i / 5))} web1 sshd[${1000 + (i % 9000)}]: ` +
  (i % 3 === 0
    ? `Accepted publickey for bob from ${address(i % 50)} port ${20_000 + (i % 40_000)} ssh2: ED25519 SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG`
    : `Failed password for ${i % 2 === 0 ? "invalid user admin" : "root"} from ${address(i % 50)} port ${20_000 + (i % 40_000)} ssh2`);

const logonData = (i: number): Record<string, string> => ({
  SubjectUserSid: "S-1-5-18",
  SubjectUserName: "DC1$",
  SubjectDomainName: "EXAMPLE",
  SubjectLogonId: "0x3e7",
  TargetUserSid: `S-1-5-21-1004336348-1177238915-682003330-${1000 + (i % 500)}`,
  TargetUserName: `user${i % 500}`,
  TargetDomainName: "EXAMPLE",
  TargetLogonId: `0x${i.toString(16)}`,
  LogonType: "3",
  LogonProcessName: "Kerberos",
  AuthenticationPackageName: "Kerberos",
  WorkstationName: "-",
  LogonGuid: "{c2ad1f5f-9c58-4f3f-8c5d-2f3a57f0a1b2}",
  TransmittedServices: "-",
  LmPackageName: "-",
  KeyLength: "0",
  ProcessId: "0x0",
  ProcessName: "-",
  IpAddress: address(i % 5000),
  IpPort: String(20_000 + (i % 40_000)),
  ImpersonationLevel: "%%1833",
});

const windows: MakeLine = (i) =>
  "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing' " +
  "Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/><EventID>4624</EventID><Version>2</Version><Level>0</Level><Task>12544</Task>" +
  `<Opcode>0</Opcode><Keywords>0x8020000000000000</Keywords><TimeCreated SystemTime='2026-11-22T${clock(Math.floor(i / 5))}.1234567Z'/>` +
  `<EventRecordID>${i}</EventRecordID><Correlation/><Execution ProcessID='640' ThreadID='4712'/><Channel>Security</Channel>` +
  `<Computer>dc1.example.org</Computer><Security/></System><EventData>${Object.entries(logonData(i))
    .map(([name, value]) => `<Data Name='${name}'>${value}</Data>`)
    .join("")}</EventData></Event>`;

/** Format -> its lines. */
export const parseLines: Readonly<Record<string, MakeLine>> = {
  "apache.access": combined,
  "apache.error": (i) =>
    `[Sun Nov 22 ${clock(Math.floor(i / 5))}.123456 2026] [core:error] [pid 1234:tid ${i % 64}] [client ${address(i % 5000)}:${20_000 + (i % 40_000)}] AH00128: File does not exist: /var/www/html/x${i % 100}`,
  "nginx.access": combined,
  "nginx.error": (i) =>
    `2026/11/22 ${clock(Math.floor(i / 5))} [error] 12#34: *${i} open() "/srv/www/x${i % 100}" failed (2: No such file or directory), client: ${address(i % 5000)}, server: www.example.org, request: "GET /x${i % 100} HTTP/1.1", host: "www.example.org"`,
  "system.auth": sshd,
  "system.syslog": (i) =>
    `Nov 22 ${clock(Math.floor(i / 5))} web1 systemd[1]: Started session-${i}.scope - Session ${i} of User bob.`,
  journald: (i) =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: String(1_790_000_000_000_000 + i * 1000),
      _HOSTNAME: "app1",
      SYSLOG_IDENTIFIER: "sshd",
      _PID: String(1000 + (i % 9000)),
      _UID: "0",
      PRIORITY: "6",
      _SYSTEMD_UNIT: "ssh.service",
      MESSAGE: `Failed password for root from ${address(i % 50)} port ${20_000 + (i % 40_000)} ssh2`,
    }),
  auditd: (i) =>
    `type=USER_LOGIN msg=audit(${1_790_000_000 + i}.123:${i}): pid=${1000 + (i % 9000)} uid=0 auid=4294967295 ses=4294967295 msg='op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=${address(i % 50)} terminal=ssh res=failed'`,
  "windows.security": windows,
  "iis.access": (i) =>
    `2026-11-22 ${clock(Math.floor(i / 25))} 10.0.0.1 GET ${(paths[i % paths.length] ?? "/").split("?")[0] ?? "/"} - 443 - ${address(i % 5000)} ${(agents[i % agents.length] ?? "").replaceAll(" ", "+")} - 200 0 0 ${i % 500}`,
  json: (i) =>
    JSON.stringify({
      "@timestamp": "2026-11-22T10:00:00.000Z",
      "log.level": "info",
      message: `request ${i}`,
      "process.pid": 12,
      "service.name": "shop",
    }),
};
