export const minute = 60_000;
const within = 5 * minute;
export const A = "192.0.2.1";
const B = "192.0.2.2";

/** One event: milliseconds after the start, the address, and what differs from a failed login of one attempt. */
export type Sent = [at: number, ip: string, fields?: Record<string, unknown>];

const base = "match: { event.outcome: failure }\n    group_by: [source.ip]\n    within: 5m";
const count = `${base}\n    count: { gte: 4 }`;
const inRow = `${base}\n    count: { gte: 2 }\n    for: 2`;
const distinct = `${base}\n    distinct: { field: user.name, gte: 3 }`;
const sum = `${base}\n    sum: { field: http.response.body.bytes, gte: 100 }`;
const ratio = `${base}\n    of: { event.outcome: "*" }\n    ratio: { gte: 50%, min_of: 4 }`;
const sequence = `group_by: [source.ip]
    within: 5m
    sequence:
      - { match: { event.outcome: failure }, count: { gte: 3 } }
      - { match: { event.outcome: success } }`;
/** A value that is new. */
export const fresh =
  "match: { event.outcome: failure }\n    new: { field: user.name, history: 2h }";
const silence = "group_by: [source.ip]\n    silence: { after: 15m }";

/** `n` events of A from 0 to `overMs`, evenly. */
const spread = (
  n: number,
  overMs: number,
  fields: (i: number) => Record<string, unknown> = () => ({}),
): Sent[] =>
  Array.from({ length: n }, (_, i) => [
    Math.round((overMs * i) / Math.max(1, n - 1)),
    A,
    fields(i),
  ]);
/** Fields of the `i`th user. */
export const user = (i: number) => ({ "user.name": `u${i}` });
const bytes = (n: number) => ({ "http.response.body.bytes": n });
const success = { "event.outcome": "success" };
const mixed = (failures: number, successes: number): Sent[] => [
  ...spread(failures, minute),
  ...spread(successes, minute, () => success),
];
export const hour = 60 * minute;

/** Kind, what happens, the events, alerts as `address count`. */
export const table: [string, string, Sent[], string[]][] = [
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
  [ratio, "ratio: below the share", mixed(2, 3), []],
  [ratio, "ratio: exactly the share", mixed(2, 2), [`${A} 0.5`]],
  [ratio, "ratio: above the share", mixed(3, 1), [`${A} 0.75`]],
  [ratio, "ratio: fewer than min_of", mixed(3, 0), []],
  [ratio, "ratio: exactly min_of", mixed(4, 0), [`${A} 1`]],
  [
    ratio,
    "ratio: split by the border of two windows",
    [
      [within - 2, A],
      [within - 1, A],
      [within, A],
      [within + 1, A],
    ],
    [],
  ],
  [
    ratio,
    "ratio: the last event of the window on its last millisecond",
    [...spread(3, minute), [within - 1, A]],
    [`${A} 1`],
  ],
  [
    ratio,
    "ratio: the last event of the window on its border",
    [...spread(3, minute), [within, A]],
    [],
  ],
  [sequence, "sequence: N - 1 before", [...spread(2, minute), [2 * minute, A, success]], []],
  [sequence, "sequence: N before", [...spread(3, minute), [2 * minute, A, success]], [`${A} 3`]],
  [
    sequence,
    "sequence: N + 1 before",
    [...spread(4, minute), [2 * minute, A, success]],
    [`${A} 4`],
  ],
  [
    sequence,
    "sequence: within - 1 ms",
    [...spread(3, minute), [within - 1, A, success]],
    [`${A} 3`],
  ],
  [sequence, "sequence: within", [...spread(3, minute), [within, A, success]], [`${A} 3`]],
  [sequence, "sequence: within + 1 ms", [...spread(3, minute), [within + 1, A, success]], []],
  [sequence, "sequence: the steps at one instant", [...spread(3, 0), [0, A, success]], []],
  [sequence, "sequence: 1 ms after", [...spread(3, 0), [1, A, success]], [`${A} 3`]],
  [
    sequence,
    "sequence: the other way round",
    [
      [0, A, success],
      [1, A],
      [2, A],
      [3, A],
    ],
    [],
  ],
  [
    sequence,
    "sequence: the success of another group",
    [...spread(3, minute), [2 * minute, B, success]],
    [],
  ],
  [fresh, "new: the first time", [[0, A, user(1)]], [" 1"]],
  [
    fresh,
    "new: twice at one instant",
    [
      [0, A, user(1)],
      [0, B, user(1)],
    ],
    [" 1"],
  ],
  [
    fresh,
    "new: two values at one instant",
    [
      [0, A, user(1)],
      [0, A, user(2)],
    ],
    [" 2"],
  ],
  [
    silence,
    "silence: less than after",
    [[0, A], [15 * minute - 1, A], ...untilEnd(15 * minute - 1)],
    [],
  ],
  [silence, "silence: exactly after", [[0, A], [15 * minute, A], ...untilEnd(15 * minute)], []],
  [
    silence,
    "silence: 1 ms longer",
    [[0, A], [15 * minute + 1, A], ...untilEnd(15 * minute + 1)],
    [`${A} 0`],
  ],
  [silence, "silence: while another goes on", [[0, A], ...untilEnd(0, B)], [`${A} 0`]],
];

/** An event every ten minutes until the last pass. */
function untilEnd(from: number, ip = A): Sent[] {
  return Array.from({ length: 30 }, (_, i): Sent => [from + i * 10 * minute, ip]).filter(
    ([at]) => at < 3 * hour,
  );
}
