import Bowser from "bowser";
import type { EcsEvent } from "../model/ecs.ts";

type UserAgent = NonNullable<EcsEvent["user_agent"]>;

/** Longer ones are cut before they are looked at: no browser's is half as long. */
const maxLength = 2048;

/** System names as Elastic's user_agent processor writes them. */
const systemNames: Readonly<Record<string, string>> = {
  macOS: "Mac OS X",
  "Chrome OS": "Chrome OS",
};

/** What a user agent says about browser, system and device; fields that it does not say are left out. */
export function readUserAgent(original: string): Omit<UserAgent, "original"> {
  let parsed: Bowser.Parser.ParsedResult;
  try {
    parsed = Bowser.parse(original.slice(0, maxLength));
  } catch {
    // Bowser refuses an empty text.
    return {};
  }
  const { browser, os, platform } = parsed;
  const fields: Omit<UserAgent, "original"> = {};
  const bot = botName(original, platform.type);
  const unknown = !browser.name || browser.name === "Mozilla";
  const product = bot ?? (unknown ? productOf(original) : browser);
  if (product?.name) fields.name = product.name;
  if (product?.version) fields.version = product.version;
  const system = systemOf(os);
  if (system) fields.os = system;
  fields.device = { name: deviceOf(bot !== undefined, platform, os.name, original) };
  return fields;
}

function systemOf(os: Bowser.Parser.OSDetails): UserAgent["os"] {
  if (!os.name) return undefined;
  const name = systemNames[os.name] ?? os.name;
  // Windows has its number in words: "NT 10.0" is Windows 10.
  const version = os.name === "Windows" ? (os.versionName ?? os.version) : os.version;
  return version ? { name, version, full: `${name} ${version}` } : { name, full: name };
}

const botWords =
  /bot\b|crawl|spider|slurp|scan(?:ner)?\b|monitor|preview|fetch|externalhit|archiver/i;

/** A bot's own name: the product that calls itself one, before whatever browser it pretends to be. */
function botName(original: string, type: string | undefined) {
  const text = original.slice(0, maxLength);
  const inside =
    /([A-Za-z][\w.-]{0,40}(?:bot|crawler|spider|slurp)[\w-]{0,20})(?:\/(\d[\w.]{0,20}))?/i.exec(
      text,
    );
  if (inside?.[1]) return { name: inside[1], version: inside[2] };
  if (type !== "bot" && !botWords.test(text)) return undefined;
  return productOf(text) ?? { name: "Bot", version: undefined };
}

/** `curl/8.5.0`, `Mozilla/5.0 zgrab/0.x`: the first product of the text that is not everyone's `Mozilla`. */
function productOf(original: string): { name: string; version: string | undefined } | undefined {
  const text = original.slice(0, maxLength).replace(/^Mozilla\/[\d.]{1,10} ?/, "");
  const found = /^([A-Za-z][\w.+-]{0,60})(?:\/(\d[\w.]{0,30}))?(?:[\s;(,]|$)/.exec(text);
  return found?.[1] ? { name: found[1], version: found[2] } : undefined;
}

function deviceOf(
  bot: boolean,
  platform: Bowser.Parser.PlatformDetails,
  system: string | undefined,
  original: string,
): string {
  if (bot) return "Spider";
  if (platform.model) return platform.model;
  if (system === "macOS") return "Mac";
  const model = /; ?Android [\d.]{1,12}; ([^;)]{1,60}?)(?: Build\/[^;)]{0,60})?[;)]/.exec(
    original.slice(0, maxLength),
  )?.[1];
  if (model !== undefined && model !== "K" && model !== "Mobile" && model !== "Tablet")
    return model;
  if (platform.type === "mobile") return "Generic Smartphone";
  return platform.type === "tablet" ? "Generic Tablet" : "Other";
}
