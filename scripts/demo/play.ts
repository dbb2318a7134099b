import { setTimeout as sleep } from "node:timers/promises";
import { DateTime } from "luxon";
import { AppError, messageOf } from "../../src/lib/errors.ts";
import type { Running } from "./leafwatch.ts";
import { writeLive } from "./hosts.ts";
import type { Progress } from "./progress.ts";
import { compareAlerts, readAlerts } from "./raised.ts";
import type { Stage } from "./stage.ts";
import { countStored } from "./stored.ts";

/** How long each part may take before the demo says that it did not happen. */
const patienceMs = { history: 120_000, live: 30_000, alerts: 60_000, mail: 30_000 };

/** `every` and `delay` of rules.yml, and a second for the searching: after that an event has been judged. */
const judgedAfterMs = 11_000;

/**
 * The main job, through the product's own commands: setup, ship, watch, report. What happened is told by `story`, in
 * order; what did not happen in time is told by the comparisons that follow.
 *
 * @throws what a command threw.
 */
export async function play(
  stage: Stage,
  progress: Progress,
  story: (line: string) => void,
  signal: AbortSignal,
): Promise<{ week: string }> {
  const { leafwatch, config, server, hosts, world } = stage;
  const say = (line: string) => {
    story(line);
    progress.note(line);
  };
  const clock = stopwatch();

  progress.step("Installing the index templates (leafwatch setup)");
  await leafwatch.run(["setup", "--config", config], signal);
  say(`Index templates were installed for the namespace ${server.namespace}.`);

  progress.step("Shipping two weeks of history over SSH (leafwatch ship)");
  clock.start();
  await using ship = leafwatch.start(["ship", "--config", config]);
  const stored = await shipHistory(stage, ship, progress, signal);
  say(
    `${stored.toLocaleString("en-GB")} lines of history were read over SSH and stored in ${clock.seconds()} s; ` +
      "access.log on web1 and auth.log on app1 were renamed while they were read.",
  );

  progress.step("Judging the history (leafwatch watch --once)");
  clock.start();
  await leafwatch.run(["watch", "--config", config, "--once"], signal);
  const early = (await readAlerts(server.client, server.namespace, signal)).length;
  say(`The rules judged the two weeks in ${clock.seconds()} s and raised ${early} alerts.`);

  progress.step("Watching, while web1 and app1 are attacked (leafwatch watch)");
  await using watch = leafwatch.start(["watch", "--config", config]);
  const attackStart = Date.now() + 500;
  const attack = world.attack(attackStart);
  await writeLive(
    hosts.files,
    attack,
    (written) => {
      progress.count(written, attack.length, "live lines");
    },
    signal,
  );
  const attackEnd = Date.now();
  say(
    `${attack.length} live lines were written as they happened: SSH brute force, a scan, a burst of refused logins, ` +
      "an outage, and ordinary visitors in between.",
  );

  progress.step("Waiting until everything is stored, judged and mailed");
  clock.start();
  await until(
    async () =>
      (await countStored(server.client, stage.streams, signal)) >= hosts.files.written.length,
    { ms: patienceMs.live, running: [ship, watch] },
    signal,
  );
  await until(
    async () => {
      const alerts = await readAlerts(server.client, server.namespace, signal);
      const { absent } = compareAlerts(alerts, world.expected);
      progress.count(world.expected.length - absent.length, world.expected.length, "alerts");
      return absent.length === 0 && stage.mailServer.mails.length >= alerts.length;
    },
    { ms: patienceMs.alerts, running: [ship, watch] },
    signal,
  );
  await sleep(Math.max(0, attackEnd + judgedAfterMs - Date.now()), undefined, { signal });
  await watch.stop();
  // The last word: one more pass over everything, with what came late.
  await leafwatch.run(["watch", "--config", config, "--once"], signal);
  const raised = (await readAlerts(server.client, server.namespace, signal)).length;
  const { mails } = stage.mailServer;
  const mailed = mails.length;
  const [first, last] = [mails[0], mails.at(-1)].map((mail) =>
    (((mail?.receivedAt ?? attackEnd) - attackStart) / 1000).toFixed(0),
  );
  say(
    `${raised} alerts were raised and ${mailed} mails came: the first ${first} s after the attack began, the last after ${last} s.`,
  );

  const { week, weekName } = runningWeek(world.timezone);
  progress.step(`Writing and mailing the report of week ${weekName} so far (leafwatch report)`);
  await leafwatch.run(["report", "--config", config, "--week", week, "--send"], signal);
  await until(
    async () => stage.mailServer.mails.length > mailed,
    { ms: patienceMs.mail, running: [ship] },
    signal,
  );
  say(`The report of week ${weekName} so far was written as a PDF and mailed to the board.`);
  await ship.stop();
  return { week: weekName };
}

/** Waits until the history is stored, with the renamed files. How many lines that is. */
async function shipHistory(
  { server, hosts, streams }: Stage,
  ship: Running,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  let rotated = false;
  let failure: Error | undefined;
  hosts.rotated.then(
    () => (rotated = true),
    (error: unknown) => (failure = notRotated(error)),
  );
  const total = hosts.historyLines;
  const done = await until(
    async () => {
      if (failure) throw failure;
      const count = await countStored(server.client, streams, signal);
      progress.count(count, total, "lines");
      return rotated && count >= hosts.files.written.length;
    },
    { ms: patienceMs.history, running: [ship] },
    signal,
  );
  if (done) return hosts.files.written.length;
  throw new AppError(
    "DEMO_HISTORY",
    `after ${patienceMs.history / 1000} s ${await countStored(server.client, streams, signal)} of ${total} lines are stored`,
    { hint: "run it again with --keep and read leafwatch.log in the folder that it names" },
  );
}

function notRotated(cause: unknown): AppError {
  return new AppError("DEMO_ROTATION", `a log file was not rotated: ${messageOf(cause)}`, {
    hint: "look whether the temporary folder is writable and has space left",
    cause,
  });
}

/** Looks twice a second until `look` is true. False at the deadline. @throws why a command ended meanwhile. */
async function until(
  look: () => Promise<boolean>,
  { ms, running }: { ms: number; running: readonly Running[] },
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + ms;
  for (;;) {
    for (const each of running) {
      const failure = each.failure();
      if (failure) throw failure;
    }
    if (await look()) return true;
    if (Date.now() > deadline) return false;
    await sleep(500, undefined, { signal });
  }
}

function runningWeek(timezone: string): { week: string; weekName: string } {
  const now = DateTime.now().setZone(timezone);
  const number = String(now.weekNumber).padStart(2, "0");
  return { week: `${now.weekYear}-W${number}`, weekName: `${now.weekNumber} of ${now.weekYear}` };
}

function stopwatch(): { start(): void; seconds(): string } {
  let from = performance.now();
  return {
    start: () => {
      from = performance.now();
    },
    seconds: () => ((performance.now() - from) / 1000).toFixed(1),
  };
}
