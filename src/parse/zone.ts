import { IANAZone } from "luxon";
import { zoneOffset } from "./timestamp.ts";

/** Turns wall-clock time into instants. */
export interface Zone {
  /** IANA name, or an offset such as `+02:00`. */
  readonly name: string;
  /**
   * The instant at which the zone's clocks show `wallMs` (that time read as if it were UTC, epoch milliseconds).
   * As java.time and so Elasticsearch's own date processor decide it: of an hour that comes twice the first; a time
   * that is skipped is moved forward by as much as the clock was.
   */
  toInstant(wallMs: number): number;
}

export const utc: Zone = { name: "UTC", toInstant: (wallMs) => wallMs };

const quarterMs = 15 * 60_000;
const dayMs = 86_400_000;
/** Quarters of an hour whose offset is remembered for a zone: about half a year of log lines. */
const maxQuarters = 20_000;
const known = new Map<string, Zone>([
  ["UTC", utc],
  ["Etc/UTC", { ...utc, name: "Etc/UTC" }],
]);

/** The zone of that name (IANA, `UTC`, or `±hh:mm`); undefined when there is none. Made once for each name. */
export function zoneOf(name: string): Zone | undefined {
  const cached = known.get(name);
  if (cached) return cached;
  const made = make(name);
  if (made) known.set(name, made);
  return made;
}

function make(name: string): Zone | undefined {
  const fixed = /^(?:UTC|GMT)?([+-])(\d{1,2}:?\d{2}|\d{1,2})$/.exec(name);
  if (fixed?.[1] && fixed[2]) {
    const offset = zoneOffset(
      fixed[1] + fixed[2].replace(":", "").padStart(fixed[2].length > 2 ? 4 : 2, "0"),
      0,
    );
    return offset && { name, toInstant: (wallMs) => wallMs - offset.offsetMs };
  }
  if (!IANAZone.isValidZone(name)) return undefined;
  const zone = IANAZone.create(name);
  const offsets = new Map<number, number>();
  let lastQuarter = NaN;
  let lastOffset = 0;
  return {
    name,
    toInstant(wallMs) {
      // Clocks change at full quarters of an hour, so every wall-clock time in one quarter has the same offset.
      const quarter = Math.floor(wallMs / quarterMs);
      if (quarter !== lastQuarter) {
        let offset = offsets.get(quarter);
        if (offset === undefined) {
          offset = offsetAt(zone, wallMs);
          if (offsets.size >= maxQuarters) offsets.clear();
          offsets.set(quarter, offset);
        }
        lastQuarter = quarter;
        lastOffset = offset;
      }
      return wallMs - lastOffset;
    },
  };
}

function offsetAt(zone: IANAZone, wallMs: number): number {
  const offset = (instant: number) => zone.offset(instant) * 60_000;
  const before = offset(wallMs - dayMs);
  const after = offset(wallMs + dayMs);
  if (before === after) return before;
  if (offset(wallMs - before) === before) return before;
  if (offset(wallMs - after) === after) return after;
  return before;
}
