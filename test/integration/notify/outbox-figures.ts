import fc from "fast-check";
import { judge } from "./outbox-judge.ts";
import type { Scenario, Told } from "./outbox-story.ts";

/** What many stories came to, added up. */
export interface Figures {
  stories: number;
  transitions: number;
  faults: number;
  crashes: number;
  /** Messages that the server took, each counted once. */
  accepted: number;
  /** Messages that an address got a second time, each of them counted by the outbox. */
  takenAgain: number;
  /** Second tries by their cause. */
  noAnswer: number;
  crash: number;
  /** Transitions that an address missed because the server refused it for good. */
  refused: number;
  lost: number;
  stalled: number;
}

/** Tells stories, holds each against the outbox, prints and resolves to the figures. */
export async function tellMany<T extends Scenario>(
  stories: fc.Arbitrary<T>,
  tellOne: (one: T) => Promise<Told>,
  settings: fc.Parameters<[T]>,
): Promise<Figures> {
  const figures: Figures = {
    stories: 0,
    transitions: 0,
    faults: 0,
    crashes: 0,
    accepted: 0,
    takenAgain: 0,
    noAnswer: 0,
    crash: 0,
    refused: 0,
    lost: 0,
    stalled: 0,
  };
  await fc.assert(
    fc.asyncProperty(stories, async (one) => {
      const told = await tellOne(one);
      const result = await judge(one, told.rows, told);
      figures.stories++;
      figures.faults += told.faults;
      figures.crashes += told.crashed;
      figures.transitions += result.transitions;
      figures.accepted += result.accepted;
      figures.takenAgain += result.extra;
      figures.stalled += Number(told.stalled);
      figures.noAnswer += result.noAnswer;
      figures.crash += result.crash;
      figures.refused += result.refused;
      figures.lost += result.lost;
    }),
    settings,
  );
  process.stderr.write(`${JSON.stringify(figures)}\n`);
  return figures;
}
