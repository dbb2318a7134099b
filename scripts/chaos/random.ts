/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** `from <= n < to`. */
  between(from: number, to: number): number;
  integer(from: number, to: number): number;
  chance(share: number): boolean;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32 (Tommy Ettinger, public domain): enough for choices, not for secrets. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + next() * (to - from);
  const integer = (from: number, to: number) => Math.floor(between(from, to));
  return {
    between,
    integer,
    chance: (share) => next() < share,
    pick(choices) {
      const choice = choices[integer(0, choices.length)];
      if (choice === undefined) throw new TypeError("nothing to pick from");
      return choice;
    },
  };
}
