import type { ParsedFields } from "./format.ts";

const category = ["web", "authentication"];
const type = ["error", "info"];

/** Makes an error of a web server the failed login that it tells of, which counts as one of sshd does. */
export function refuseLogin(fields: ParsedFields, user: string): void {
  fields.event = { ...fields.event, category, type, outcome: "failure" };
  fields.leafwatch = { attempts: 1 };
  if (user !== "") fields.user = { name: user };
}
