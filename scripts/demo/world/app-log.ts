import { lineOf, logs, type Emit } from "./log-line.ts";
import type { Member } from "./people.ts";
import type { Random } from "./random.ts";
import type { Day } from "./web-traffic.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * One day of the application on app1, which logs ECS as JSON. Once a week it is killed in the middle of a line, and
 * once a week it writes words where this organisation's own mapping wants a number.
 */
export function appDay(day: Day, members: readonly Member[], random: Random, emit: Emit): void {
  const write = (time: number, level: string, message: string, more: object = {}) => {
    const fields = { "@timestamp": new Date(Math.floor(time)).toISOString(), "log.level": level };
    const line = JSON.stringify({ ...fields, message, "ecs.version": "8.11.0", ...more });
    return lineOf(logs.app, time, line);
  };
  let request = random.int(10_000, 90_000);
  for (let hour = 0; hour < 24; hour += 2) {
    const time = day.start + hour * hourMs + random.int(0, minuteMs);
    emit(write(time, "info", "reminders were sent", { "event.action": "reminders" }));
  }
  for (let i = random.int(4, 9); i > 0; i--) {
    const time = day.start + random.int(6 * 60, 22 * 60) * minuteMs;
    const { name } = members[random.int(0, members.length - 1)] ?? { name: "unknown" };
    const about = { "user.name": name, "http.request.id": request++ };
    emit(write(time, "info", "status was saved", about));
  }
  const evening = day.start + 21 * hourMs + random.int(0, hourMs);
  if (day.weekday === 3) {
    const whole = write(evening, "info", "shutting down", {});
    emit({ ...whole, line: whole.line.slice(0, random.int(50, 80)), torn: true });
  }
  if (day.weekday === 5) {
    const wrong = { "http.request.id": "not a number" };
    const refused = write(evening, "warn", "a request could not be counted", wrong);
    emit({ ...refused, dataset: "leafwatch.dead_letter" });
  }
}
