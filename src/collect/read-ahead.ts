/** How far one reader may run ahead of whoever takes the pieces. */
export interface Ahead {
  /** Pieces asked for or here and not yet taken. */
  pieces: number;
  pieceBytes: number;
  /** Shared by all readers of a kind, so that many of them do not hold what one may. */
  budget: ByteBudget;
}

/** Bytes that several readers may hold together. */
export interface ByteBudget {
  /** False, and nothing is taken, when there is not so much left. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function byteBudget(bytes: number): ByteBudget {
  let left = bytes;
  return {
    take(wanted) {
      if (wanted > left) return false;
      left -= wanted;
      return true;
    },
    give(back) {
      left += back;
    },
  };
}

/**
 * Reads pieces in order with several requests in flight, so that a long way to the host costs its delay once and
 * not for every piece. Ends at a piece that is shorter than asked for and is followed by an empty one, or at `limit`.
 */
export async function* readAhead(
  read: (at: number, length: number) => Promise<Buffer>,
  from: number,
  limit: number,
  { pieces, pieceBytes, budget }: Ahead,
): AsyncGenerator<Buffer> {
  const end = from + limit;
  let at = from;
  while (at < end) {
    const queue: { length: number; piece: Promise<Buffer>; taken: boolean }[] = [];
    let next = at;
    /** The piece that is waited for is always asked for; those after it only where the budget allows. */
    const ask = (): boolean => {
      const length = Math.min(pieceBytes, end - next);
      if (length <= 0) return false;
      const taken = budget.take(length);
      if (!taken && queue.length > 0) return false;
      const piece = read(next, length);
      // Given up when an earlier one ends the file or fails.
      piece.catch(() => undefined);
      queue.push({ length, piece, taken });
      next += length;
      return true;
    };
    try {
      // One first: most looks at a log find a few bytes or none.
      ask();
      for (let head = queue[0]; head; head = queue[0]) {
        const piece = await head.piece;
        if (piece.length === 0) return;
        at += piece.length;
        const short = piece.length < head.length;
        queue.shift();
        if (head.taken) budget.give(head.length);
        if (!short) while (queue.length < pieces && ask());
        yield piece;
        // The end of the file, or a server that gives less than asked for: ask again from there.
        if (short) break;
      }
    } finally {
      for (const { length, taken } of queue) if (taken) budget.give(length);
    }
  }
}
