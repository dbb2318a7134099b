/** What the words of the report mean: word, meaning. */
export const definitions: readonly (readonly [string, string])[] = [
  ["Week", "Monday 00:00 up to the next Monday 00:00 in the report's zone (ISO 8601)."],
  ["Event", "A line of a log, an entry of a journal or a Windows event, as it was stored."],
  [
    "Login",
    "An attempt, not a line: events of category authentication, summed by leafwatch.attempts, by event.outcome.",
  ],
  [
    "Attacking address",
    "An address with ten or more failed logins in the week, and more of them than logins that worked.",
  ],
  ["Refused", "A failed login or a request that was answered with a status from 400 on."],
  ["Request", "An event with http.response.status_code."],
  ["Alert", "An alert that was raised in the week (opened_at), without those merged into another."],
  ["MTTD", "Mean time from an alert's first event to its raising."],
  ["MTTA", "Mean time from an alert's raising to its acknowledgement, of those acknowledged."],
  ["MTTR", "Mean time from an alert's raising to its closing, of those closed."],
  [
    "Change",
    "Against the same part of the week before, in percent; of shares in percentage points. Where the clock changes, per hour.",
  ],
  [
    "Median of 8",
    "Of the same part of up to eight weeks before, those without any event left out.",
  ],
  [
    "Expected",
    "Median of the eight weeks before, give or take three robust standard deviations (1.4826 MAD), at least three times the square root of the median.",
  ],
  [
    "Gap",
    "Three hours or more without an event of any source, though there was one in the same hour of one of the four weeks before.",
  ],
  ["Coverage of sources", "Configured sources with at least one event ÷ configured sources."],
  ["Coverage of rules", "Time that the rules have judged ÷ time that has passed."],
  [
    "Delay",
    "From an event's own time to its storing (leafwatch.delay_ms); percentiles are estimates.",
  ],
  ["Hosts seen", "Distinct host.name; exact up to about 40,000."],
];
