import type { AlertDocument } from "../../../src/model/alert-document.ts";
import { toSvg } from "../../../src/lib/chart.ts";
import type { KeptMail } from "../mails.ts";
import type { Summary } from "../summary.ts";
import { alertCard } from "./alert-card.ts";
import { daysChart, type Day } from "./days-chart.ts";
import { html, trusted, type Html } from "./html.ts";
import type { Rotation } from "../world/log-line.ts";
import { style } from "./style.ts";

/** All that the page shows. */
export interface PageContent {
  summary: Summary;
  expectedAlerts: number;
  alerts: readonly AlertDocument[];
  mails: readonly KeptMail[];
  report: { pages: number; bytes: number; week: string } | undefined;
  days: readonly Day[];
  logs: readonly ShownLog[];
  /** What was done, in order. */
  story: readonly string[];
  timezone: string;
  /** When the demo ended. */
  at: Date;
}

/** One log of a host. */
export interface ShownLog {
  host: string;
  path: string;
  dataset: string;
  rotation: Rotation;
  lines: number;
  /** Of these, how many Elasticsearch refused, and how many were torn. */
  refused: number;
  torn: number;
}

/** index.html: the whole demo at a glance. Complete in itself: no script, nothing from elsewhere. */
export function page(content: PageContent): string {
  const { summary, alerts, mails, report, days, logs, story, timezone, at } = content;
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    dateStyle: "full",
    timeStyle: "short",
  });
  return html`<!doctype html>
    <html lang="en-GB">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>Leafwatch demo: ${summary.ok ? "everything was found" : "something is wrong"}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <header class="${summary.ok ? "band" : "band bad"}">
          <div>
            <p class="brand">${leaf} Leafwatch demo <span>${time.format(at)}</span></p>
            ${verdict(summary)}
          </div>
        </header>
        <main>
          ${figures(content)}
          <h2>Alerts</h2>
          ${alerts.length > 0 ? html`<div class="alerts">${alerts.map((alert) => alertCard(alert, mails, timezone))}</div>` : html`<p>None was raised.</p>`}
          <h2>Weekly report</h2>
          ${report ? reportCard(report, mails) : html`<p>There is none.</p>`}
          <h2>The log lines, day by day</h2>
          <div class="card chart">
            ${trusted(toSvg(daysChart(days)))}
            <p class="note">
              Members check in on Thursdays: the peaks are ordinary, and no rule fired on them. The
              attack came at the very end.
            </p>
          </div>
          <h2>Where they came from</h2>
          <div class="card wide">${logTable(logs)}</div>
          <h2>What was done</h2>
          <div class="card">
            <ol class="story">
              ${story.map((line) => html`<li>${line}</li>`)}
            </ol>
          </div>
          <footer>
            In figures: <a href="summary.json">summary.json</a>. The alerts as documents:
            <a href="alerts.json">alerts.json</a>. All mails:
            ${mails.map((mail, i) => html`${i > 0 ? ", " : ""}<a href="mail/${mail.name}.html">${mail.name}</a>`)}.
            Hosts and people are invented. Attackers' and members' addresses belong to nobody (RFC
            5737, RFC 3849); some visitors' do, so that countries show.
          </footer>
        </main>
      </body>
    </html> `.markup;
}

const leaf = trusted(
  '<svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 19C4 9 10 4 20 4c0 10-5 16-15 15Z"/><path d="M4 21c3-6 6-9 10-11"/></svg>',
);

function verdict(summary: Summary): Html {
  if (summary.ok) {
    return html`<h1>Every line arrived once, and every attack was noticed.</h1>
      <p>
        Four hosts were read over SSH without an agent, eight weeks of their logs became ECS
        documents in Elasticsearch, rules found the attack in the live lines, each alert was mailed,
        and the weekly report was written and sent.
      </p>`;
  }
  return html`<h1>The demo did not come out as it should.</h1>
    <ul>
      ${summary.problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>`;
}

function figures({ summary, expectedAlerts }: PageContent): Html {
  const figure = (name: string, value: number, small: string, right: boolean) =>
    html`<div class="${right ? "" : "wrong"}">
      <dt>${name}</dt>
      <dd>${value}<small>${small}</small></dd>
    </div>`;
  const { lines_written, documents, duplicates, missing, alerts, mails, seconds } = summary;
  return html`<dl class="card figures">
    ${figure("Lines written", lines_written, "by four hosts in eight weeks", true)}
    ${figure("Documents", documents, documents === lines_written ? "one for each line" : "not one for each line", documents === lines_written)}
    ${figure("Lost or doubled", missing + duplicates, `${missing.toLocaleString("en-GB")} missing, ${duplicates.toLocaleString("en-GB")} twice`, missing + duplicates === 0)}
    ${figure("Alerts", alerts, `${expectedAlerts} expected`, alerts === expectedAlerts)}
    ${figure("Mails", mails, "the alerts and the report", mails === alerts + 1)}
    ${figure("Seconds", Math.round(seconds), `Elasticsearch ${summary.elasticsearch_version}`, true)}
  </dl>`;
}

function reportCard(
  report: { pages: number; bytes: number; week: string },
  mails: readonly KeptMail[],
): Html {
  const mail = mails.find(({ pdf }) => pdf !== undefined);
  return html`<div class="card report">
    <div class="sheet" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
    <div>
      <h3>Week ${report.week}, so far</h3>
      <p>
        ${report.pages} pages, ${Math.ceil(report.bytes / 1024)} KB, for people who do not read
        logs.
        ${mail ? html`<a href="mail/${mail.name}.html">The mail</a> that brought it (<a href="mail/${mail.name}.eml">as sent</a>).` : undefined}
      </p>
    </div>
    <a class="button" href="weekly-report.pdf">Open the PDF</a>
  </div>`;
}

const keeping: Readonly<Record<Rotation, string>> = {
  numbered: "weekly .1, .2.gz, .3.gz …",
  dated: "weekly by date, -20261122.gz",
  extension: "weekly by date, -20261122.log.gz",
  "new-file": "a new file each week",
  channel: "event log, read with Get-WinEvent",
};

function logTable(logs: PageContent["logs"]): Html {
  const remark = (count: number, words: string) => (count > 0 ? `${count} ${words}` : undefined);
  return html`<table>
    <thead>
      <tr>
        <th>Host</th>
        <th>File or channel</th>
        <th>Data set</th>
        <th>Old lines</th>
        <th class="n">Lines</th>
        <th>Among them</th>
      </tr>
    </thead>
    <tbody>
      ${logs.map(
        ({ host, path, dataset, rotation, lines, refused, torn }) =>
          html`<tr>
            <td>${host}</td>
            <td><code>${path}</code></td>
            <td>${dataset}</td>
            <td>${keeping[rotation]}</td>
            <td class="n">${lines}</td>
            <td>
              ${[remark(torn, "torn, kept as lines not parsed"), remark(refused, "refused by a strict mapping, kept as dead letters")].filter(Boolean).join("; ")}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
