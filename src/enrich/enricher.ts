import { readFile, stat } from "node:fs/promises";
import { AppError } from "../lib/errors.ts";
import { remembered } from "../lib/lru.ts";
import type { EcsEvent, Endpoint } from "../model/ecs.ts";
import { bundledCountries, openPlaces, type Place } from "./geoip.ts";
import {
  indexIndicators,
  readIndicators,
  type Indicator,
  type IndicatorIndex,
} from "./indicators.ts";
import type { EnrichOptions } from "./options.ts";
import { readUserAgent } from "./user-agent.ts";

/** Adds what is known beyond a line to its event. */
export interface Enricher extends AsyncDisposable {
  /** Completes `event` in place. Never throws, reads no file. */
  enrich(event: EcsEvent): void;
  /** Reads lists again that have changed on disk; a list that cannot be read stays as it was. */
  refresh(): Promise<void>;
}

/** User agents whose meaning is kept: a busy site sees a few thousand. */
const maxAgents = 5000;
/** How often lists are looked at for changes. */
const refreshMs = 30_000;

/**
 * Opens the data that `options` name.
 *
 * @throws ENRICH_GEOIP_UNREADABLE, ENRICH_INDICATORS_UNREADABLE when a file cannot be read.
 */
export async function createEnricher(options: EnrichOptions): Promise<Enricher> {
  const agent = options.user_agent ? remembered(maxAgents, readUserAgent) : undefined;
  const places = options.geoip === false ? undefined : await openPlaces(filesOf(options.geoip));
  const lists = await openLists(options.indicators);
  const timer = setInterval(() => void lists.refresh(), refreshMs);
  timer.unref();
  return {
    enrich(event) {
      const userAgent = event.user_agent;
      if (agent && userAgent?.original !== undefined)
        Object.assign(userAgent, agent(userAgent.original));
      if (places) addPlaces(event, places);
      const { index } = lists;
      if (index.size > 0) addIndicators(event, index);
    },
    refresh: () => lists.refresh(),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
    },
  };
}

function filesOf(geoip: string | readonly string[]): string[] {
  const names = typeof geoip === "string" ? [geoip] : geoip;
  return names.map((name) => (name === "bundled" ? bundledCountries() : name));
}

function addPlaces(event: EcsEvent, places: (ip: string) => Place | undefined): void {
  addPlace(event.source, places);
  addPlace(event.destination, places);
  if (event.client) addPlace(event.client, places);
  if (event.server) addPlace(event.server, places);
}

function addPlace(end: Endpoint | undefined, places: (ip: string) => Place | undefined): void {
  if (end?.ip === undefined) return;
  const place = places(end.ip);
  if (place?.geo && !end.geo) end.geo = place.geo;
  if (place?.as && !end.as) end.as = place.as;
}

/** Fields that indicators are looked up in, with ECS's name for what they hold. */
const matchable: readonly [field: string, of: (event: EcsEvent) => string | undefined][] = [
  ["source.domain", (event) => event.source?.domain],
  ["destination.domain", (event) => event.destination?.domain],
  ["url.domain", (event) => event.url?.domain],
  ["url.original", (event) => event.url?.original],
  ["user.name", (event) => event.user?.name],
];

function addIndicators(event: EcsEvent, index: IndicatorIndex): void {
  const at = Date.parse(event["@timestamp"]);
  const found: Record<string, unknown>[] = [];
  for (const side of ["source", "destination", "client", "server"] as const) {
    const ip = event[side]?.ip;
    const indicator = ip === undefined ? undefined : index.findAddress(ip, at);
    if (ip !== undefined && indicator) found.push(enrichment(indicator, `${side}.ip`, ip));
  }
  for (const [field, of] of matchable) {
    const value = of(event);
    const indicator = value === undefined ? undefined : index.find(value, at);
    if (value !== undefined && indicator) found.push(enrichment(indicator, field, value));
  }
  if (found.length > 0) event.threat = { ...event.threat, enrichments: found };
}

/** ECS threat.enrichments: the indicator, and what of the event it matched. */
function enrichment(indicator: Indicator, field: string, atomic: string): Record<string, unknown> {
  const { type, value, source } = indicator;
  return {
    indicator: {
      type,
      name: value,
      ...(field.endsWith(".ip") && { ip: atomic }),
      ...(source !== undefined && { provider: source }),
    },
    matched: { atomic, field, type: "indicator_match_rule" },
  };
}

async function openLists(files: readonly string[]) {
  const read = new Map<string, { mtimeMs: number; indicators: Indicator[] }>();
  const lists = {
    index: indexIndicators([]),
    async refresh(): Promise<void> {
      let changed = false;
      for (const file of files) {
        try {
          changed = (await readIfChanged(file)) || changed;
        } catch {
          // Being written anew at this moment: the old list holds until it can be read again.
        }
      }
      if (changed) index();
    },
  };
  const readIfChanged = async (file: string) => {
    const { mtimeMs } = await stat(file);
    if (read.get(file)?.mtimeMs === mtimeMs) return false;
    read.set(file, { mtimeMs, indicators: readIndicators(await readFile(file, "utf8")) });
    return true;
  };
  const index = () => {
    lists.index = indexIndicators([...read.values()].flatMap(({ indicators }) => indicators));
  };
  for (const file of files) {
    try {
      await readIfChanged(file);
    } catch (cause) {
      throw new AppError("ENRICH_INDICATORS_UNREADABLE", `${file} cannot be read`, {
        hint: "check enrich.indicators: paths of lists, one value or CIDR a line",
        cause,
      });
    }
  }
  index();
  return lists;
}
