import { randomBytes } from "node:crypto";

/**
 * Marks what a command printed, so that nothing else is taken for it: a greeting, the text of a forced command, the
 * silence of a broken connection.
 */
export interface Frame {
  /** Shell text that prints the first mark, and the last one with the status of the command before it. */
  readonly begin: string;
  readonly end: string;
  /** What lies between the marks in `chunk`; `status` once the last mark was seen. */
  readonly push: (chunk: Buffer) => { data: Buffer; status?: number };
  /** True once the first mark was seen. */
  readonly begun: boolean;
}

/** A frame for one command. The marks are never sent in one piece: an echo of the command is no answer. */
export function frame(nonce = randomBytes(16).toString("hex")): Frame {
  const halves = `'${nonce.slice(0, 16)}' '${nonce.slice(16)}'`;
  const first = Buffer.from(`${nonce}:begin\n`);
  // It begins with a sign that no line ends with, so that a whole line never waits for what comes after it.
  const last = Buffer.from(`\x01${nonce}:end `);
  let begun = false;
  let held: Buffer = Buffer.alloc(0);

  function push(chunk: Buffer): { data: Buffer; status?: number } {
    let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    held = Buffer.alloc(0);
    if (!begun) {
      const at = bytes.indexOf(first);
      if (at < 0) {
        held = tail(bytes, first.length - 1);
        return { data: Buffer.alloc(0) };
      }
      begun = true;
      bytes = bytes.subarray(at + first.length);
    }
    const at = bytes.indexOf(last);
    if (at < 0) {
      // A mark may be cut in two: as many bytes wait as could be its beginning.
      const keep = possibleStart(bytes, last);
      held = tail(bytes, keep);
      return { data: bytes.subarray(0, bytes.length - keep) };
    }
    const rest = bytes.subarray(at + last.length);
    const lineEnd = rest.indexOf(10);
    if (lineEnd < 0) {
      held = Buffer.from(bytes.subarray(at));
      return { data: bytes.subarray(0, at) };
    }
    return { data: bytes.subarray(0, at), status: Number(rest.toString("latin1", 0, lineEnd)) };
  }

  return {
    begin: `printf '%s%s:begin\\n' ${halves}`,
    end: `printf '\\001%s%s:end %d\\n' ${halves} "$?"`,
    push,
    get begun() {
      return begun;
    },
  };
}

/** How many of the last bytes are the beginning of `mark`. */
function possibleStart(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}

/** A copy, so that a few bytes do not keep a whole chunk alive. */
function tail(bytes: Buffer, length: number): Buffer {
  return length === 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(-length));
}
