/** Buffers for request bodies, used again: fresh ones of some megabytes would be half of a shipper's memory. */
export interface Bodies {
  /** One of at least `bytes`. */
  lend(bytes: number): Buffer;
  /** Only when nobody reads it any more: after an answer to all of it. One that is never given back is no loss. */
  giveBack(body: Buffer): void;
}

const stepBytes = 1024 * 1024;

/** Keeps at most `count` buffers that nobody uses. */
export function createBodies(count: number): Bodies {
  const free: Buffer[] = [];
  return {
    lend(bytes) {
      const at = free.findIndex(({ length }) => length >= bytes);
      const [found] = at === -1 ? [] : free.splice(at, 1);
      return found ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / stepBytes) * stepBytes);
    },
    giveBack(body) {
      free.push(body);
      // The smallest goes: the others serve more often.
      free.sort((a, b) => b.length - a.length).splice(count);
    },
  };
}
