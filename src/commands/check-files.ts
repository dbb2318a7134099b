import type { Config } from "../config/schema.ts";
import { createEnricher } from "../enrich/enricher.ts";
import { AppError } from "../lib/errors.ts";
import { amount } from "../notify/when.ts";
import { createMetrics } from "../observe/metrics.ts";
import { serveHealth } from "../observe/server.ts";
import { readRoster } from "../report/roster.ts";
import { loadMutes } from "../watch/mute-file.ts";
import { lookOnce, type Finding } from "./finding.ts";

/** What other commands open on this machine: a finding for each part that the config names. */
export async function lookAtFiles(config: Config, signal: AbortSignal): Promise<Finding[]> {
  const { enrich, listen, watch, check_in: checkIn } = config;
  const looks: [string, unknown, () => Promise<string>][] = [
    ["mutes", watch.mutes, async () => amount((await loadMutes(watch.mutes ?? "")).length, "mute")],
    [
      "enrich.geoip",
      enrich.geoip !== false && enrich.geoip !== "bundled",
      () => opened({ ...enrich, indicators: [] }, [enrich.geoip].flat().length),
    ],
    [
      "enrich.indicators",
      enrich.indicators.length > 0,
      () => opened({ ...enrich, geoip: false }, enrich.indicators.length),
    ],
    [
      "roster",
      checkIn?.roster,
      async () => amount((await readRoster(checkIn?.roster ?? "")).length, "member"),
    ],
    ["listen", listen, () => lookAtPort(listen ?? "", signal)],
  ];
  const named = looks.filter(([, given]) => given !== undefined && given !== false);
  return Promise.all(named.map(([what, , look]) => lookOnce(what, look)));
}

async function opened(enrich: Config["enrich"], files: number): Promise<string> {
  await using _enricher = await createEnricher(enrich);
  return `${amount(files, "file")} readable`;
}

/** A running leafwatch holds its own port, which is no mistake. */
async function lookAtPort(listen: string, signal: AbortSignal): Promise<string> {
  try {
    await using _server = await serveHealth(listen, createMetrics(), () => []);
    return `${listen} is free`;
  } catch (error) {
    if (error instanceof AppError && (await isOurs(listen, signal)))
      return `a leafwatch serves ${listen}`;
    throw error;
  }
}

async function isOurs(listen: string, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(2000)]);
  const answer = await fetch(`http://${listen}/healthz`, { signal: patience })
    .then(async (response) => response.text())
    .catch(() => "");
  return answer === "ok\n";
}
