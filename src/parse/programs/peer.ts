import { endpoint, maxPort, unsigned } from "../address.ts";
import type { Endpoint } from "../../model/ecs.ts";

/** An address at the end of a text, and what stands before it. */
export interface Peer {
  before: string;
  address: string;
  port?: number;
}

/**
 * `… ADDRESS port N` or `… ADDRESS` at the end of `text`. Read from the end, because what stands before it may be a
 * user's name, which may be anything.
 */
export function peerAtEnd(text: string): Peer | undefined {
  let end = text.length;
  let port: number | undefined;
  const portAt = text.lastIndexOf(" port ");
  if (portAt >= 0) {
    port = unsigned(text.slice(portAt + 6));
    if (port !== undefined) end = portAt;
  }
  const blank = text.lastIndexOf(" ", end - 1);
  const address = text.slice(blank + 1, end);
  if (address === "") return undefined;
  const peer: Peer = { before: blank < 0 ? "" : text.slice(0, blank), address };
  if (port !== undefined) peer.port = port;
  return peer;
}

/** The same where `word` (such as `from`) must stand before the address; `before` then ends before that word. */
export function peerAfter(text: string, word: string): Peer | undefined {
  const peer = peerAtEnd(text);
  if (!peer) return undefined;
  if (peer.before === word) return { ...peer, before: "" };
  if (!peer.before.endsWith(` ${word}`)) return undefined;
  peer.before = peer.before.slice(0, -word.length - 1);
  return peer;
}

/* After a port, sshd writes its reason's number without a blank; after an address that would be a part of IPv6. */
const startingPeer =
  /^([^\s]{1,255}?)(?: port (\d{1,5})(?=[\s,]|:(?:\s|\d{1,3}: |$)|$)|(?=[\s,]|:(?:\s|$)|$))/;

/** `ADDRESS port N` or `ADDRESS` at the beginning of `text`, ended by a blank, a colon or the end. */
export function peerAtStart(text: string): { peer: Endpoint; rest: string } | undefined {
  const found = startingPeer.exec(text.slice(0, 300));
  if (!found?.[1]) return undefined;
  const peer = sourceOf({
    before: "",
    address: found[1],
    ...(found[2] && { port: Number(found[2]) }),
  });
  return peer && { peer, rest: text.slice(found[0].length) };
}

/** The `source` of a peer. */
export function sourceOf(peer: Peer): Endpoint | undefined {
  const source = endpoint(peer.address);
  if (source && peer.port !== undefined && peer.port <= maxPort) source.port = peer.port;
  return source;
}
