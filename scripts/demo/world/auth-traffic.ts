import type { AuthLog } from "./auth-log.ts";
import { backup, staff } from "./people.ts";
import type { Random } from "./random.ts";
import type { Day } from "./web-traffic.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** One ordinary day of app1: jobs, the staff's work, and strangers who knock once or twice. */
export function authDay(day: Day, auth: AuthLog, random: Random): void {
  for (let time = day.start; time < day.start + 24 * hourMs; time += 60 * minuteMs) {
    job(time + 1_000 + random.int(0, 900), "www-data", 33, auth);
  }
  for (let hour = 0; hour < 24; hour += 6) {
    job(day.start + hour * hourMs + 17 * minuteMs + 1_000 + random.int(0, 900), "root", 0, auth);
  }
  auth.session(
    backup,
    day.start + 2.5 * hourMs + random.int(0, 5_000),
    random.int(120_000, 600_000),
  );
  for (const person of staff) {
    const visits = day.weekday > 5 ? random.int(0, 1) : random.int(1, 4);
    for (let i = 0; i < visits; i++) work(day, person, auth, random);
  }
  for (let i = random.int(4, 10); i > 0; i--) knock(day, auth, random);
  if (day.weekday === 1) newcomer(day, auth, random);
  if (day.weekday === 2) asRoot(day, auth, random);
}

function job(time: number, user: string, uid: number, auth: AuthLog): void {
  const pid = auth.pid(time);
  const session = "pam_unix(cron:session): session";
  auth.write(time, "CRON", `${session} opened for user ${user}(uid=${uid}) by ${user}(uid=0)`, pid);
  auth.write(time + 450, "CRON", `${session} closed for user ${user}`, pid);
}

const commands = [
  "/usr/bin/systemctl restart leafapp",
  "/usr/bin/apt-get update",
  "/usr/bin/journalctl -u leafapp -n 200",
  "/usr/bin/less /var/log/syslog",
] as const;

function work(day: Day, person: (typeof staff)[number], auth: AuthLog, random: Random): void {
  let time = day.start + Math.min(22, Math.max(6.5, random.normal(13, 3))) * hourMs;
  const { name, uid, address } = person;
  if (random.chance(0.06)) {
    const typo = { address, user: name, known: true, pauseMs: [3_000, 9_000] as const };
    time = auth.failures(typo, time, random.int(1, 2)) + 5_000;
  }
  const length = random.int(5, 70) * minuteMs;
  auth.session(person, time, length);
  for (let i = random.int(0, 3); i > 0; i--) {
    const at = time + random.int(30_000, length - 30_000);
    const where = `TTY=pts/${random.int(0, 2)} ; PWD=/home/${name}`;
    auth.write(
      at,
      "sudo",
      `${name.padStart(8)} : ${where} ; USER=root ; COMMAND=${random.pick(commands)}`,
    );
    const session = "pam_unix(sudo:session): session";
    auth.write(at + 2, "sudo", `${session} opened for user root(uid=0) by ${name}(uid=${uid})`);
    auth.write(at + random.int(300, 9_000), "sudo", `${session} closed for user root`);
  }
}

/** On Mondays a new volunteer gets an account and a group. */
function newcomer(day: Day, auth: AuthLog, random: Random): void {
  const time = day.start + 10 * hourMs + random.int(0, 50) * minuteMs;
  const number = day.month * 31 + day.dayOfMonth;
  const name = `volunteer${number}`;
  const group = `new group: name=${name}, GID=${2_000 + number}`;
  auth.write(time, "groupadd", group, auth.pid(time));
  const account = `UID=${2_000 + number}, GID=${2_000 + number}, home=/home/${name}, shell=/bin/bash`;
  auth.write(
    time + 40,
    "useradd",
    `new user: name=${name}, ${account}, from=/dev/pts/0`,
    auth.pid(time),
  );
}

/** On Tuesdays somebody becomes root the old way. */
function asRoot(day: Day, auth: AuthLog, random: Random): void {
  const time = day.start + 11 * hourMs + random.int(0, 50) * minuteMs;
  const { name, uid } = staff[random.int(0, staff.length - 1)] ?? staff[0];
  const session = "pam_unix(su:session): session";
  const pid = auth.pid(time);
  auth.write(time, "su", `(to root) ${name} on pts/1`, pid);
  auth.write(time + 5, "su", `${session} opened for user root(uid=0) by ${name}(uid=${uid})`, pid);
  auth.write(time + 300_000, "su", `${session} closed for user root`, pid);
}

/** A stranger tries a name or two, over one or two connections, and is not seen again that hour. */
function knock(day: Day, auth: AuthLog, random: Random): void {
  const address = `198.51.100.${random.int(40, 254)}`;
  const time = day.start + random.int(0, 24 * 60 - 1) * minuteMs + random.int(0, 59_999);
  const kind = random.next();
  const port = random.int(32_768, 60_999);
  if (kind < 0.15) {
    auth.write(
      time,
      "sshd",
      `Did not receive identification string from ${address} port ${port}`,
      auth.pid(time),
    );
  } else if (kind < 0.22) {
    const rest = `banner exchange: Connection from ${address} port ${port}: invalid format`;
    auth.write(time, "sshd", rest, auth.pid(time));
  } else if (kind < 0.28) {
    const pid = auth.pid(time);
    const failed = `Failed password for root from ${address} port ${port} ssh2`;
    auth.write(time, "sshd", failed, pid);
    auth.write(time + 6_000, "sshd", `message repeated 2 times: [ ${failed}]`, pid);
    const closed = `Connection closed by authenticating user root ${address} port ${port} [preauth]`;
    auth.write(time + 6_400, "sshd", closed, pid);
  } else {
    const user = random.pick(["admin", "test", "ubuntu", "oracle", "git", "pi", "user", "root"]);
    const guess = { address, user, known: user === "root", pauseMs: [1_500, 4_000] as const };
    auth.failures(guess, time, random.int(1, 2));
  }
}
