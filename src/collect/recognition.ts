import { createHash } from "node:crypto";

/** A file is recognised by as many first bytes as it had when last read, up to this. */
export const headBytes = 1024;

/** What a file begins with, in the length known so far. */
export interface Head {
  readonly length: number;
  readonly hash: string;
}

/** The head of a file that begins with `bytes`. */
export function headOf(bytes: Buffer): Head {
  const head = bytes.subarray(0, headBytes);
  return { length: head.length, hash: hash64(head).toString(36) };
}

/** True when a file that begins with `bytes` may be the one that `head` was taken of. An empty one is like no other. */
export function beginsWith(bytes: Buffer, head: Head): boolean {
  if (head.length === 0 || bytes.length < head.length) return false;
  return headOf(bytes.subarray(0, head.length)).hash === head.hash;
}

/**
 * Names a file's beginning (`LineBatch.origin`) from the bytes it begins with; undefined while its first line is not
 * there in full, nor 1 KiB of it.
 */
export function originOf(host: string, path: string, bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, headBytes);
  const lf = head.indexOf(10);
  if (lf < 0 && head.length < headBytes) return undefined;
  const name = Buffer.from(`${host}\0${path}\0`);
  return hash64(Buffer.concat([name, lf < 0 ? head : head.subarray(0, lf)])).toString(36);
}

function hash64(bytes: Buffer): bigint {
  return createHash("sha256").update(bytes).digest().readBigUInt64BE();
}

/** `LineBatch.origin` of a source whose records have numbers of their own. */
export function streamOrigin(host: string, stream: string): string {
  return hash64(Buffer.from(`${host}\0${stream}`)).toString(36);
}
