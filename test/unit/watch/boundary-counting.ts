import {
  A,
  B,
  bytes,
  count,
  distinct,
  inRow,
  minute,
  spread,
  sum,
  user,
  within,
  type Sent,
} from "./boundary-parts.ts";

/** The cases of conditions that count. Kind, what happens, the events, alerts as `address count`. */
export const counting: [string, string, Sent[], string[]][] = [
  [count, "count: N - 1", spread(3, minute), []],
  [count, "count: N", spread(4, minute), [`${A} 4`]],
  [count, "count: N + 1", spread(5, minute), [`${A} 5`]],
  [count, "count: N in within - 1 ms", spread(4, within - 1), [`${A} 4`]],
  [count, "count: N in within", spread(4, within), [`${A} 4`]],
  [count, "count: N in within + 1 ms", spread(4, within + 1), []],
  [count, "count: N at one instant", spread(4, 0), [`${A} 4`]],
  [count, "count: N - 1 at one instant", spread(3, 0), []],
  [count, "count: N, half of them of another group", [...spread(2, minute), [0, B], [1, B]], []],
  [
    count,
    "count: one event that belongs to two groups",
    [...spread(3, minute), [5, B], [6, B], [7, B], [9, [A, B] as unknown as string]],
    [`${A} 4`, `${B} 4`],
  ],
  [
    count,
    "count: attempts that add up to N",
    [
      [0, A, { "leafwatch.attempts": 3 }],
      [1, A],
    ],
    [`${A} 4`],
  ],
  [
    count,
    "count: an event of no attempt",
    [...spread(3, minute), [5, A, { "leafwatch.attempts": 0 }]],
    [],
  ],
  [inRow, "in a row: one window that qualifies", spread(4, minute), []],
  [
    inRow,
    "in a row: two windows that qualify",
    [...spread(2, minute), [within, A], [within + 1, A]],
    [`${A} 2`],
  ],
  [
    inRow,
    "in a row: two windows with one between",
    [...spread(2, minute), [2 * within, A], [2 * within + 1, A]],
    [],
  ],
  [
    inRow,
    "in a row: the last event on the border",
    [
      [0, A],
      [within - 1, A],
      [within, A],
      [2 * within - 1, A],
    ],
    [`${A} 2`],
  ],
  [
    inRow,
    "in a row: the last event past the border",
    [
      [0, A],
      [within - 1, A],
      [within, A],
      [2 * within, A],
    ],
    [],
  ],
  [distinct, "distinct: N - 1", spread(9, minute, (i) => user(i % 2)), []],
  [distinct, "distinct: N", spread(3, minute, user), [`${A} 3`]],
  [distinct, "distinct: N + 1", spread(4, minute, user), [`${A} 4`]],
  [distinct, "distinct: N in within - 1 ms", spread(3, within - 1, user), [`${A} 3`]],
  [distinct, "distinct: N in within", spread(3, within, user), [`${A} 3`]],
  [distinct, "distinct: N in within + 1 ms", spread(3, within + 1, user), []],
  [distinct, "distinct: N at one instant", spread(3, 0, user), [`${A} 3`]],
  [
    distinct,
    "distinct: N values in one event",
    [[0, A, { "user.name": ["a", "b", "c"] }]],
    [`${A} 3`],
  ],
  [
    sum,
    "sum: N - 1",
    [
      [0, A, bytes(60)],
      [minute, A, bytes(39)],
    ],
    [],
  ],
  [
    sum,
    "sum: N",
    [
      [0, A, bytes(60)],
      [minute, A, bytes(40)],
    ],
    [`${A} 100`],
  ],
  [
    sum,
    "sum: N + 1",
    [
      [0, A, bytes(60)],
      [minute, A, bytes(41)],
    ],
    [`${A} 101`],
  ],
  [
    sum,
    "sum: N in within - 1 ms",
    [
      [0, A, bytes(60)],
      [within - 1, A, bytes(40)],
    ],
    [`${A} 100`],
  ],
  [
    sum,
    "sum: N in within",
    [
      [0, A, bytes(60)],
      [within, A, bytes(40)],
    ],
    [`${A} 100`],
  ],
  [
    sum,
    "sum: N in within + 1 ms",
    [
      [0, A, bytes(60)],
      [within + 1, A, bytes(40)],
    ],
    [],
  ],
  [
    sum,
    "sum: N at one instant",
    [
      [0, A, bytes(60)],
      [0, A, bytes(40)],
    ],
    [`${A} 100`],
  ],
  [
    sum,
    "sum: a negative value takes nothing away",
    [
      [0, A, bytes(100)],
      [1, A, bytes(-50)],
    ],
    [`${A} 100`],
  ],
  [
    sum,
    "sum: an event without the field",
    [
      [0, A, bytes(99)],
      [1, A],
    ],
    [],
  ],
];
