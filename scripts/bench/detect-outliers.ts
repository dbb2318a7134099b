import { streamDetector } from "../../src/watch/outlier/stream.ts";
import { createRandom, type Random } from "../chaos/random.ts";
import { normal } from "./detect-world.ts";

const perDay = 96;
const weeks = 8;
const slotMs = 86_400_000 / perDay;
const outliers = 15;
/** What is learned before any outlier comes. */
const learningDays = 14;

interface Labelled {
  rarity: number;
  unusual: boolean;
}

/**
 * Average precision (the area under precision and recall) of an `outlier` rule's rarities over made-up series of a
 * response's mean size: days and weeks have their shapes, noise is lognormal, 15 times in eight weeks a few quarters of
 * an hour are 1.5 to 5 times as large.
 */
export function outlierAveragePrecision(worlds: number): number {
  const labelled = Array.from({ length: worlds }, (_, n) => series(createRandom(1000 + n))).flat();
  labelled.sort((a, b) => b.rarity - a.rarity);
  const all = labelled.filter(({ unusual }) => unusual).length;
  let [seen, found, sum] = [0, 0, 0];
  for (const { unusual } of labelled) {
    seen++;
    if (unusual) sum += ++found / seen;
  }
  return Number((sum / all).toFixed(3));
}

function series(random: Random): Labelled[] {
  const factors = new Map<number, number>();
  for (let n = 0; n < outliers; n++) {
    const at = random.integer(learningDays * perDay, weeks * 7 * perDay - 4);
    const factor = random.between(1.5, 5);
    for (let i = 0; i < random.integer(1, 5); i++) factors.set(at + i, factor);
  }
  const level = random.between(5e3, 5e5);
  const noise = random.between(0.05, 0.25);
  const detector = streamDetector();
  return Array.from({ length: weeks * 7 * perDay }, (_, i) => {
    const day = Math.floor(i / perDay) % 7;
    const hour = ((i % perDay) * 24) / perDay;
    const usual = 1 + (day < 5 ? 0.5 : 0.1) * Math.sin((Math.PI * Math.max(0, hour - 6)) / 18);
    const factor = factors.get(i);
    const value = level * usual * Math.exp(noise * normal(random)) * (factor ?? 1);
    const at = i * slotMs;
    const above = value > (detector.usual(at) ?? Infinity);
    const rarity = above ? detector.rarity(at, value) : 0;
    detector.learn(at, value);
    return { rarity, unusual: factor !== undefined };
  });
}
