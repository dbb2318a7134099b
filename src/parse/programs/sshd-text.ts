import type { ParsedFields } from "../format.ts";
import { sourceOf, type Peer } from "./peer.ts";
import { after } from "./program.ts";

/** Without ` [preauth]`, which the unprivileged part of sshd adds. */
export function withoutPhase(body: string): string {
  return body.endsWith(" [preauth]") ? body.slice(0, -10) : body;
}

/** Without the level that sshd writes before errors. */
export function withoutError(body: string): string {
  return after(body, "error: ") ?? after(body, "fatal: ") ?? body;
}

/** A user's name without the words before it; empty where the client gave none. */
export function userOf(text: string): string {
  return (
    after(text, "invalid user ") ?? after(text, "illegal user ") ?? (isNobody(text) ? "" : text)
  );
}

/** An empty name leaves the words before it without their last blank. */
function isNobody(text: string): boolean {
  return text === "invalid user" || text === "illegal user";
}

/** The peer as `source`, and the user. */
export function addPeer(fields: ParsedFields, peer: Peer, user: string): void {
  const source = sourceOf(peer);
  if (source) fields.source = source;
  if (user !== "") fields.user = { name: user };
}
