/* The KQL that more than one panel uses. Values are ECS's and those of Elastic's own integrations. */

/** What hosts wrote: without our own alerts and dead letters. */
export const fromHosts = "not event.dataset: leafwatch.*";
export const failedLogins = "event.category: authentication and event.outcome: failure";
export const successfulLogins = "event.category: authentication and event.outcome: success";
export const logins = "event.category: authentication and event.outcome: (success or failure)";
export const requests = "event.dataset: (apache.access or nginx.access or iis.access)";
/** Dead letters say `pipeline_error` too, but they were parsed: the cluster refused them. */
export const unparsed = "event.kind: pipeline_error and not event.dataset: leafwatch.*";
/** Alerts that stand: without those found to be part of another, or never to have been, and what is none yet. */
export const standing =
  "not leafwatch.alert.merged_into: * and not leafwatch.alert.withdrawn: true and not leafwatch.alert.state: pending";
export const deadLetters = "event.dataset: leafwatch.dead_letter";
export const windows = "event.dataset: windows.security";

/** Requests answered with `status`: a number or a KQL group of them. */
export function answered(status: number | string): string {
  return `${requests} and http.response.status_code: ${status}`;
}

/** Requests whose server failed. */
export const serverErrors = `${requests} and http.response.status_code >= 500`;

/** Windows security events with this id. */
export function eventCode(code: string): string {
  return `${windows} and event.code: ${code}`;
}

/** Alerts that stand, in this state of work or of the events. */
export function alertsThat(condition: string): string {
  return `${condition} and ${standing}`;
}
