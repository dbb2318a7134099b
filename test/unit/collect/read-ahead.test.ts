import assert from "node:assert/strict";
import { byteBudget, readAhead } from "../../../src/collect/read-ahead.ts";

const text = Buffer.from("abcdefghijklmnopqrstuvwxyz");

/** A server that has `text` and gives at most `most` bytes a request. */
function server(most = Infinity) {
  const asked: number[] = [];
  let open = 0;
  let widest = 0;
  return {
    asked,
    widest: () => widest,
    read: async (at: number, length: number) => {
      asked.push(at);
      widest = Math.max(widest, ++open);
      await Promise.resolve();
      open--;
      return text.subarray(at, at + Math.min(length, most));
    },
  };
}

const ahead = (budgetBytes = 1000) => ({
  ...{ pieces: 4, pieceBytes: 3, budget: byteBudget(budgetBytes) },
});

async function all(pieces: AsyncIterable<Buffer>): Promise<string> {
  const parts: string[] = [];
  for await (const piece of pieces) parts.push(piece.toString());
  return parts.join("");
}

describe("reading ahead", () => {
  it("gives the bytes in order, from where it begins to the end", async () => {
    assert.equal(
      await all(readAhead(server().read, 2, Infinity, ahead())),
      text.toString("utf8", 2),
    );
  });

  it("asks for one piece first, and for no more than allowed after that", async () => {
    const { read, asked, widest } = server();
    const pieces = readAhead(read, 0, Infinity, ahead());
    await pieces.next();
    assert.deepEqual(asked, [0, 3, 6, 9, 12]);
    await all(pieces);
    assert.equal(widest(), 4);
  });

  it("reads the same from a server that gives less than it is asked for", async () => {
    assert.equal(await all(readAhead(server(2).read, 0, Infinity, ahead())), text.toString());
  });

  it("stops at a limit", async () => {
    const { read, asked } = server();
    assert.equal(await all(readAhead(read, 5, 7, ahead())), "fghijkl");
    assert.equal(Math.max(...asked), 11);
  });

  it("goes on piece by piece where others have used up what may be held", async () => {
    const { read, widest } = server();
    const window = ahead(6);
    assert.ok(window.budget.take(6));
    assert.equal(await all(readAhead(read, 0, Infinity, window)), text.toString());
    assert.equal(widest(), 1);
    assert.equal(window.budget.take(1), false);
  });

  it("gives back what it held when it ends, fails or is given up", async () => {
    const window = ahead(12);
    await all(readAhead(server().read, 0, Infinity, window));
    for await (const piece of readAhead(server().read, 0, Infinity, window)) {
      if (piece.length > 0) break;
    }
    const failing = readAhead(
      async (at) => {
        if (at > 3) throw new Error("gone");
        return Buffer.from("abc");
      },
      ...([0, Infinity, window] as const),
    );
    await assert.rejects(all(failing), /gone/);
    assert.ok(window.budget.take(12));
  });
});
