import type { AlertDocument } from "../../../src/model/alert-document.ts";
import type { WorkflowNote } from "../../../src/model/alert.ts";
import type { KeptMail } from "../mails.ts";
import { html, type Html } from "./html.ts";

/** One alert with what a reader needs to know of it, and links to its mail. */
export function alertCard(
  document: AlertDocument,
  mails: readonly KeptMail[],
  timezone: string,
): Html {
  const alert = document.leafwatch.alert;
  const mail = mails.find(({ alerts }) => alerts.includes(alert.id));
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, timeStyle: "medium" });
  const [from, to] = [alert.first_seen, alert.last_seen].map((time) =>
    clock.format(new Date(time)),
  );
  const group = Object.entries(alert.group).map(([field, value]) => `${field} ${value}`);
  return html`<article class="card alert ${alert.level}">
    <p class="top"><span class="pill">${alert.level}</span> ${document.rule.id}</p>
    <h3>${document.message}</h3>
    <dl class="facts">
      <dt>Who</dt>
      <dd>${group.join(", ") || "everything"}</dd>
      <dt>How many</dt>
      <dd>
        ${alert.count} within ${Math.round(alert.within / 60_000)} min, the limit is
        ${alert.threshold}
      </dd>
      <dt>When</dt>
      <dd>${from} to ${to}</dd>
      ${step(alert.acknowledged, "Acknowledged")} ${step(alert.closed, "Closed")}
    </dl>
    ${alert.respond === undefined ? undefined : html`<p class="todo">${alert.respond}</p>`}
    ${evidence(document)}
    ${mail ? html`<p class="links"><a href="mail/${mail.name}.html">Read the mail</a><a href="mail/${mail.name}.eml">As it was sent</a></p>` : html`<p class="links">No mail came.</p>`}
  </article>`;
}

/** What somebody has done with it. */
function step(done: WorkflowNote | undefined, name: string): Html | undefined {
  return (
    done &&
    html`<dt>${name}</dt>
      <dd>by ${done.by}${done.note === undefined ? undefined : html`: ${done.note}`}</dd>`
  );
}

function evidence({ leafwatch }: AlertDocument): Html | undefined {
  const { lines } = leafwatch.alert.evidence;
  if (lines.length === 0) return undefined;
  return html`<details>
    <summary>${lines.length} of the lines</summary>
    ${lines.map(({ original }) => html`<code class="line">${original}</code>`)}
  </details>`;
}
