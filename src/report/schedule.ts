import type { Documents } from "../es/documents.ts";
import { lastTick } from "../lib/cron-times.ts";
import { onSchedule } from "../lib/cron.ts";
import { AppError, isAbort } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { EnqueueMail } from "../model/mail.ts";
import { reportMail } from "./mail.ts";
import type { Report } from "./model.ts";
import type { Audience } from "./options.ts";
import { renderPdf } from "./pdf.ts";
import { weekBefore, weekOf, type Week } from "./week.ts";

/** A document of `leafwatch-jobs-<namespace>`: how far one audience has been served. */
export interface ReportJob {
  readonly kind: "report";
  /** The tick of the schedule that was served last, ISO 8601. */
  readonly done_at: string;
  /** Who is at work holds the job until then; later anybody may take over. */
  readonly claimed_until?: string;
}

export interface ScheduleParts {
  readonly jobs: Documents<ReportJob>;
  readonly timezone: string;
  readonly audiences: readonly Audience[];
  readonly build: (
    audience: Audience,
    week: Week,
    now: Date,
    signal: AbortSignal,
  ) => Promise<Report>;
  readonly enqueue: EnqueueMail;
  readonly log: Log;
}

export interface ReportSchedule {
  /**
   * Makes what is due at `now` and hands it to the outbox; resolves to the ids of the mails.
   *
   * @throws the first failure, after every other audience was served.
   */
  runDue(now: Date, signal: AbortSignal): Promise<string[]>;
  /** Looks every minute what is due, until `signal` aborts. A failure is logged and tried again. */
  run(signal: AbortSignal): Promise<void>;
}

const claimMs = 10 * 60_000;
/** So many missed reports of an audience are made up; older ones can be had with `leafwatch report --week`. */
const mostMissed = 8;

/**
 * Sends each audience the report of the last whole week when its schedule comes due. What is due follows from the
 * saved "last done", so that a missed time is made up. A report is not made twice: one process claims the job, and
 * the outbox takes a mail of one id once. A schedule seen for the first time starts with its next tick.
 */
export function createReportSchedule(parts: ScheduleParts): ReportSchedule {
  const { audiences, log } = parts;
  const schedule: ReportSchedule = {
    async runDue(now, signal) {
      const sent: string[] = [];
      const failures: unknown[] = [];
      for (const audience of audiences.filter(({ to }) => to.length > 0)) {
        try {
          sent.push(...(await serve(parts, audience, now, signal)));
        } catch (error) {
          if (signal.aborted || isAbort(error)) throw error;
          failures.push(error);
        }
      }
      // What keeps one audience from its report must not keep the others from theirs.
      if (failures.length > 0) throw failures[0];
      return sent;
    },
    async run(signal) {
      const tick = async () => {
        try {
          const sent = await schedule.runDue(new Date(), signal);
          for (const id of sent) log.info({ event: { id } }, "weekly report handed to the outbox");
        } catch (error) {
          if (signal.aborted || isAbort(error)) return;
          log.error({ err: error }, "the weekly report failed; the next minute tries again");
        }
      };
      await tick();
      await onSchedule("* * * * *", "UTC", tick, signal);
    },
  };
  return schedule;
}

/** Names the audience in saved state and in mail ids. */
export function audienceName({ name, to }: Pick<Audience, "name" | "to">): string {
  return name ?? to.join("-");
}

/**
 * Two audiences of one name would take each other's reports for their own.
 *
 * @throws REPORT_AUDIENCES
 */
export function checkAudiences(audiences: readonly Audience[]): void {
  const names = audiences.filter(({ to }) => to.length > 0).map(audienceName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new AppError("REPORT_AUDIENCES", `report: two audiences are called ${twice}`, {
    hint: "give each of them a name of its own",
  });
}

async function serve(
  { jobs, timezone, build, enqueue }: ScheduleParts,
  audience: Audience,
  now: Date,
  signal: AbortSignal,
): Promise<string[]> {
  const latest = lastTick(audience.schedule, timezone, now);
  if (!latest) return [];
  const name = audienceName(audience);
  const id = `report-${name}`;
  const job = await jobs.get(id, signal);
  if (!job) {
    await jobs.create(id, { kind: "report", done_at: latest.toISOString() }, signal);
    return [];
  }
  const { done_at, claimed_until } = job.doc;
  if (new Date(done_at) >= latest) return [];
  if (claimed_until !== undefined && new Date(claimed_until) > now) return [];
  const until = new Date(now.getTime() + claimMs).toISOString();
  const claimed = await jobs.replace(
    job,
    { kind: "report", done_at, claimed_until: until },
    signal,
  );
  if (!claimed) return [];
  const sent: string[] = [];
  try {
    for (const week of weeksDue(audience, timezone, new Date(done_at), latest)) {
      const report = await build(audience, week, now, signal);
      const mail = reportMail(report, await renderPdf(report), { audience: name, to: audience.to });
      await enqueue(mail, now, signal);
      sent.push(mail.id);
    }
  } catch (error) {
    // Free at once for the next try; where this fails too, the claim runs out by itself.
    await jobs.replace(claimed, { kind: "report", done_at }, signal).catch(() => undefined);
    throw error;
  }
  await jobs.replace(claimed, { kind: "report", done_at: latest.toISOString() }, signal);
  return sent;
}

/** The weeks whose reports were to be sent after `done`, up to the tick `latest`; oldest first, each once. */
function weeksDue({ schedule }: Audience, timezone: string, done: Date, latest: Date): Week[] {
  const weeks = new Map<string, Week>();
  let tick: Date | undefined = latest;
  while (tick && tick > done && weeks.size < mostMissed) {
    const week = weekBefore(weekOf(tick, timezone), 1);
    weeks.set(week.id, week);
    tick = lastTick(schedule, timezone, new Date(tick.getTime() - 1));
  }
  return [...weeks.values()].reverse();
}
