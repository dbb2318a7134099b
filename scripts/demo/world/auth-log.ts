import { createHash } from "node:crypto";
import { lineOf, logs, type Emit } from "./log-line.ts";
import type { Random } from "./random.ts";
import type { Stamps } from "./stamps.ts";

/** How the syslog daemon of a host writes the beginning of a line: RFC 3339 (`iso`) or RFC 3164 (`bsd`). */
export type SyslogStamp = "iso" | "bsd";

/** Someone with an account on app1. */
export interface Account {
  name: string;
  uid: number;
  address: string;
  key: string;
}

/** Writes auth.log as a Debian host with OpenSSH, PAM, logind, cron and sudo does. */
export interface AuthLog {
  /** Any program's line; without `pid` as sudo writes it. */
  write(time: number, program: string, message: string, pid?: number): void;
  /** Number of a process that starts at `time`: they grow as time goes on. */
  pid(time: number): number;
  /** Login by key, its session and, `forMs` later, its end. */
  session(account: Account, time: number, forMs: number): void;
  /** Failed passwords over one connection: `tries` attempts, a few seconds apart. Returns the time after the last. */
  failures(attack: Guess, time: number, tries: number): number;
}

interface Guess {
  address: string;
  user: string;
  /** False where the host has no such account. */
  known: boolean;
  /** Bounds of the pause between two tries, milliseconds. */
  pauseMs: readonly [number, number];
}

/** Lines go to `emit`, in the order of the calls. */
export function createAuthLog(
  stamps: Stamps,
  style: SyslogStamp,
  random: Random,
  emit: Emit,
): AuthLog {
  const pid = (time: number) => 700 + (Math.floor(time / 200) % 4_190_000);
  let sessions = random.int(100, 4_000);
  const write = (at: number, program: string, message: string, number?: number) => {
    const time = Math.floor(at);
    const stamp = style === "iso" ? stamps.iso(time) : stamps.bsd(time);
    const tag = number === undefined ? program : `${program}[${number}]`;
    emit(lineOf(logs.auth, time, `${stamp} app1 ${tag}: ${message}`));
  };
  const session = ({ name, uid, address, key }: Account, time: number, forMs: number) => {
    const daemon = pid(time);
    const id = ++sessions;
    const port = random.int(32_768, 60_999);
    const sshd = (at: number, message: string) => {
      write(at, "sshd", message, daemon);
    };
    const by = `ssh2: ${key} ${fingerprint(name)}`;
    sshd(time, `Accepted publickey for ${name} from ${address} port ${port} ${by}`);
    const opened = `session opened for user ${name}(uid=${uid}) by ${name}(uid=0)`;
    sshd(time + 4, `pam_unix(sshd:session): ${opened}`);
    write(time + 9, "systemd-logind", `New session ${id} of user ${name}.`, 611);
    const end = time + forMs;
    const from = `${address} port ${port}`;
    sshd(end, `Received disconnect from ${from}:11: disconnected by user`);
    sshd(end + 1, `Disconnected from user ${name} ${from}`);
    sshd(end + 3, `pam_unix(sshd:session): session closed for user ${name}`);
    const waiting = `Session ${id} logged out. Waiting for processes to exit.`;
    write(end + 6, "systemd-logind", waiting, 611);
    write(end + 11, "systemd-logind", `Removed session ${id}.`, 611);
  };
  const failures = ({ address, user, known, pauseMs }: Guess, from: number, tries: number) => {
    const daemon = pid(from);
    const port = random.int(32_768, 60_999);
    const at = `from ${address} port ${port}`;
    const whom = known ? user : `invalid user ${user}`;
    let time = from;
    if (!known) write(time, "sshd", `Invalid user ${user} ${at}`, daemon);
    const pam =
      "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= " +
      `rhost=${address}${known ? `  user=${user}` : ""}`;
    write(time + 40, "sshd", pam, daemon);
    for (let i = 0; i < tries; i++) {
      time += random.int(...pauseMs);
      write(time, "sshd", `Failed password for ${whom} ${at} ssh2`, daemon);
    }
    const role = known ? "authenticating" : "invalid";
    const gone = `Connection closed by ${role} user ${user} ${address} port ${port} [preauth]`;
    write(time + 60, "sshd", gone, daemon);
    return time + 60;
  };
  return { write, pid, session, failures };
}

/** Looks like the fingerprint of the account's key, and is the same in every world. */
function fingerprint(name: string): string {
  return `SHA256:${createHash("sha256").update(name).digest("base64").replace(/=+$/, "")}`;
}
