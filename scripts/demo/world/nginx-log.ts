import { combined, type Complaint, type Request } from "./apache-log.ts";
import { lineOf, logs, type Emit } from "./log-line.ts";
import type { Random } from "./random.ts";
import type { Stamps } from "./stamps.ts";

/** Writes as nginx on web2 does. */
export interface NginxLog {
  request(request: Request): void;
  /** `from` is the level alone: `error`. */
  complaint(complaint: Complaint & { request: string }): void;
}

/** Address of the bookings' site. */
export const bookings = "https://courses.example.org";

/** Lines go to `emit`, in the order of the calls. */
export function createNginxLog(stamps: Stamps, random: Random, emit: Emit): NginxLog {
  return {
    request(request) {
      emit(lineOf(logs.courses, request.time, combined(stamps, request, "0")));
    },
    complaint({ time, from, client, message, request }) {
      const connection = `${random.int(700, 704)}#${random.int(700, 704)}: *${random.int(1, 90_000)}`;
      const where = client === undefined ? "" : `, client: ${client}`;
      const asked = `, server: courses.example.org, request: "${request} HTTP/1.1", host: "courses.example.org"`;
      const line = `${stamps.nginx(time)} [${from}] ${connection} ${message}${where}${asked}`;
      emit(lineOf(logs.coursesError, time, line));
    },
  };
}
