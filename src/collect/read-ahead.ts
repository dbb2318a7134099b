/**
 * Reads pieces in order with several requests in flight, so that a long way to the host costs its delay once and
 * not for every piece. Ends at a piece that is shorter than asked for and is followed by an empty one, or at `limit`.
 */
export async function* readAhead(
  read: (at: number, length: number) => Promise<Buffer>,
  from: number,
  limit: number,
  { inFlight, pieceBytes }: { inFlight: number; pieceBytes: number },
): AsyncGenerator<Buffer> {
  const end = from + limit;
  let at = from;
  while (at < end) {
    const queue: { at: number; length: number; piece: Promise<Buffer> }[] = [];
    let next = at;
    const ask = () => {
      const length = Math.min(pieceBytes, end - next);
      if (length <= 0) return;
      const piece = read(next, length);
      // Given up when an earlier one ends the file or fails.
      piece.catch(() => undefined);
      queue.push({ at: next, length, piece });
      next += length;
    };
    // One first: most looks at a log find a few bytes or none.
    ask();
    let short = false;
    for (let head = queue.shift(); head && !short; head = queue.shift()) {
      const piece = await head.piece;
      if (piece.length === 0) return;
      at += piece.length;
      short = piece.length < head.length;
      if (!short)
        while (queue.length < inFlight) {
          const before = next;
          ask();
          if (next === before) break;
        }
      yield piece;
    }
    // A short piece is the end of the file, or a server that gives less than asked for: ask again from there.
  }
}
