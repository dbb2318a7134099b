import { DateTime } from "luxon";
import { lineOf, logs, type Emit } from "./log-line.ts";
import type { Random } from "./random.ts";

/** What a request leaves in the log of IIS on dc1. */
export interface IntranetRequest {
  time: number;
  address: string;
  /** With its domain; undefined before Windows has asked who it is. */
  user?: string;
  method?: "GET" | "POST";
  stem: string;
  query?: string;
  status: number;
  agent: string;
}

/** Writes as IIS 10 does, in UTC, a new file each week. */
export interface IisLog {
  request(request: IntranetRequest): void;
}

/** What stands at the top of each of its files: directives, which are no events. */
export const iisHeader = [
  "#Software: Microsoft Internet Information Services 10.0",
  "#Version: 1.0",
  "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
] as const;

/** Lines go to `emit`, in the order of the calls. */
export function createIisLog(random: Random, emit: Emit): IisLog {
  return {
    request({ time, address, user, method = "GET", stem, query, status, agent }) {
      const [date = "", clock = ""] = new Date(time).toISOString().slice(0, 19).split("T");
      const sub = status === 401 ? "2 5" : "0 0";
      const columns = [
        ...[date, clock, "192.0.2.40", method, stem, query ?? "-", "443", user ?? "-", address],
        ...[agent.replaceAll(" ", "+"), "-", status, sub, random.int(0, 340)],
      ];
      emit({ ...lineOf(logs.intranet, time, columns.join(" ")), path: fileOf(time) });
    },
  };
}

/** `u_ex` with year, month and the number of the week in it. */
function fileOf(time: number): string {
  const day = DateTime.fromMillis(time, { zone: "utc" });
  const week = String(Math.ceil((day.day + day.startOf("month").weekday - 1) / 7));
  return logs.intranet.path.replace("*", `${day.toFormat("yyMM")}${week.padStart(2, "0")}`);
}
