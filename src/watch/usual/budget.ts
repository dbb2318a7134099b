import { z } from "zod";

const weeks = { day: 1 / 7, week: 1, month: 365.25 / 12 / 7, year: 365.25 / 7 } as const;

/** Config value: `1 per month`, how many false alerts are accepted; alerts a week after parsing. */
export const budget = z.string().transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?) per (day|week|month|year)$/.exec(text);
  const amount = Number(match?.[1]);
  if (match && amount > 0) return amount / weeks[match[2] as keyof typeof weeks];
  context.addIssue({
    code: "custom",
    message: `"${text}" is no budget: write for example 1 per month, 2 per week or 0.5 per year`,
  });
  return z.NEVER;
});

const weekMs = 7 * 86_400_000;
/** The mildest level: one window in a hundred, whatever the budget. */
const mostChance = 0.01;

/** Probability with which one window of `lengthMs` may be called unusual by mistake. */
export const chanceOf = (perWeek: number, lengthMs: number) =>
  Math.min(mostChance, (perWeek * lengthMs) / weekMs);
