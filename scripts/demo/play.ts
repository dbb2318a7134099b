import { setTimeout as sleep } from "node:timers/promises";
import { DateTime } from "luxon";
import { AppError, messageOf } from "../../src/lib/errors.ts";
import { writeLive } from "./hosts.ts";
import type { Running } from "./leafwatch.ts";
import type { Progress } from "./progress.ts";
import { compareAlerts, readAlerts } from "./raised.ts";
import type { Stage } from "./stage.ts";
import { countStored } from "./stored.ts";
import { until } from "./until.ts";

/** `every` and `delay` of rules.yml, and a second for the searching: after that an event has been judged. */
const judgedAfterMs = 11_000;

/** What every part of the play works with. */
interface Playing {
  stage: Stage;
  progress: Progress;
  /** Tells what has happened. */
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * The main job, through the product's own commands: setup, ship, watch, report. What happened is told by `story`, in
 * order; what did not happen in time is told by the comparisons that follow.
 *
 * @throws what a command threw; DEMO_HISTORY, DEMO_ROTATION.
 */
export async function play(
  stage: Stage,
  progress: Progress,
  story: (line: string) => void,
  signal: AbortSignal,
): Promise<{ week: string }> {
  const { leafwatch, config, server } = stage;
  const say = (line: string) => {
    story(line);
    progress.note(line);
  };
  const playing: Playing = { stage, progress, say, signal };

  progress.step("Installing the index templates (leafwatch setup)");
  await leafwatch.run(["setup", "--config", config], signal);
  say(`Index templates were installed for the namespace ${server.namespace}.`);

  await using ship = leafwatch.start(["ship", "--config", config]);
  await shipHistory(playing, ship);
  await judgeHistory(playing);
  await attackAndAlert(playing, ship);
  await takeOn(playing);
  const week = await report(playing, ship);
  await ship.stop();
  return { week };
}

/** Waits until the history is stored, with the files that are renamed in the middle of it. */
async function shipHistory({ stage, progress, say, signal }: Playing, ship: Running) {
  const { server, hosts, streams } = stage;
  progress.step("Shipping eight weeks of history over SSH (leafwatch ship)");
  const seconds = stopwatch();
  let rotated = false;
  let failure: AppError | undefined;
  hosts.rotated.then(
    () => (rotated = true),
    (error: unknown) => (failure = notRotated(error)),
  );
  let reached = 0;
  const look = async () => {
    if (failure) throw failure;
    reached = await countStored(server.client, streams, signal);
    progress.count(reached, hosts.historyLines, "lines");
    return { reached, done: rotated && reached >= hosts.files.written.length };
  };
  if (!(await until(look, [ship], signal))) {
    const lines = `${reached} of ${hosts.historyLines} lines are stored`;
    throw new AppError("DEMO_HISTORY", `shipping stands still: ${lines}`, {
      hint: "run it again with --keep and read leafwatch.log in the folder that it names",
    });
  }
  say(
    `${hosts.files.written.length.toLocaleString("en-GB")} lines of history were read over SSH and stored in ` +
      `${seconds()} s; access.log on web1 and auth.log on app1 were renamed while they were read.`,
  );
}

function notRotated(cause: unknown): AppError {
  return new AppError("DEMO_ROTATION", `a log file was not rotated: ${messageOf(cause)}`, {
    hint: "look whether the temporary folder is writable and has space left",
    cause,
  });
}

async function judgeHistory({ stage, progress, say, signal }: Playing) {
  const { leafwatch, config, server } = stage;
  progress.step("Judging the history (leafwatch watch --once)");
  const seconds = stopwatch();
  await leafwatch.run(["watch", "--config", config, "--once"], signal);
  const { length } = await readAlerts(server.client, server.namespace, signal);
  say(`The rules judged the eight weeks in ${seconds()} s and raised ${length || "no"} alerts.`);
}

/** Writes the attack as it happens, and waits until all of it is stored, judged and mailed. */
async function attackAndAlert({ stage, progress, say, signal }: Playing, ship: Running) {
  const { leafwatch, config, server, hosts, world, streams } = stage;
  const { mails } = stage.mailServer;
  progress.step("Watching, while the hosts are attacked (leafwatch watch)");
  await using watch = leafwatch.start(["watch", "--config", config]);
  const start = Date.now() + 500;
  const attack = world.attack(start);
  const onWritten = (written: number) => {
    progress.count(written, attack.length, "live lines");
  };
  await writeLive(hosts.files, attack, onWritten, signal);
  const end = Date.now();
  say(
    `${attack.length} live lines were written as they happened: SSH brute force, a scan, a burst of refused logins, ` +
      "guesses at a Windows account, an outage, and ordinary visitors in between.",
  );

  progress.step("Waiting until everything is stored, judged and mailed");
  const isStored = async () => {
    const reached = await countStored(server.client, streams, signal);
    return { reached, done: reached >= hosts.files.written.length };
  };
  await until(isStored, [ship, watch], signal);
  const isMailed = async () => {
    const alerts = await readAlerts(server.client, server.namespace, signal);
    const { absent } = compareAlerts(alerts, world.expected);
    const raised = world.expected.length - absent.length;
    progress.count(raised, world.expected.length, "alerts");
    const done = absent.length === 0 && mails.length >= alerts.length;
    return { reached: raised + mails.length, done };
  };
  await until(isMailed, [ship, watch], signal);
  await sleep(Math.max(0, end + judgedAfterMs - Date.now()), undefined, { signal });
  await watch.stop();
  // The last word: one more pass over everything, with what came late.
  await leafwatch.run(["watch", "--config", config, "--once"], signal);
  const { length } = await readAlerts(server.client, server.namespace, signal);
  const after = (mail: (typeof mails)[number] | undefined) =>
    mail ? `${Math.round((mail.receivedAt - start) / 1000)} s` : "never";
  say(
    `${length} alerts were raised and ${mails.length} mails came: the first ${after(mails[0])} after the attack began, ` +
      `the last ${after(mails.at(-1))} after.`,
  );
}

/** Somebody reads the mails and takes care of two of the alerts. */
async function takeOn({ stage, say, signal }: Playing): Promise<void> {
  const { leafwatch, config, server } = stage;
  const alerts = await readAlerts(server.client, server.namespace, signal);
  const act = async (rule: string, action: string, words: readonly string[]) => {
    const found = alerts.find((alert) => alert.rule.id === rule);
    if (!found) return;
    const { id } = found.leafwatch.alert;
    await leafwatch.run(
      ["alerts", action, id, "--config", config, "--by", "anna", ...words],
      signal,
    );
  };
  await act("http-500", "ack", ["--note", "the database is being looked at"]);
  await act("http-404", "close", ["--reason", "nothing was found; the address is blocked"]);
  say("One alert was acknowledged and one closed (leafwatch alerts ack, close).");
}

/** The report of the running week, mailed. Returns the week's name. */
async function report({ stage, progress, say, signal }: Playing, ship: Running): Promise<string> {
  const { leafwatch, config, mailServer, world } = stage;
  const now = DateTime.now().setZone(world.timezone);
  const name = `${now.weekNumber} of ${now.weekYear}`;
  progress.step(`Writing and mailing the report of week ${name} so far (leafwatch report)`);
  const before = mailServer.mails.length;
  const week = `${now.weekYear}-W${String(now.weekNumber).padStart(2, "0")}`;
  await leafwatch.run(["report", "--config", config, "--week", week, "--send"], signal);
  const came = async () => {
    const reached = mailServer.mails.length;
    return { reached, done: reached > before };
  };
  await until(came, [ship], signal);
  say(`The report of week ${name} so far was written as a PDF and mailed to the board.`);
  return name;
}

function stopwatch(): () => string {
  const from = performance.now();
  return () => ((performance.now() - from) / 1000).toFixed(1);
}
