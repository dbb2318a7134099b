import assert from "node:assert/strict";
import { type Client, errors } from "@elastic/elasticsearch";
import fc from "fast-check";
import { openStore, type OutboxStore } from "../../../src/notify/outbox.ts";
import { testClient } from "../../helpers/elasticsearch.ts";
import { openNamespace } from "../../helpers/own-namespace.ts";
import { startSmtp } from "../../helpers/smtp.ts";
import { tellMany } from "./outbox-figures.ts";
import { scenario, tell } from "./outbox-story.ts";
import { signal } from "./outbox-to.ts";

/** NOTIFY_ES_RUNS=150 takes about a quarter of an hour. */
const numRuns = Number(process.env["NOTIFY_ES_RUNS"] ?? 5);

/** A story, and the numbers of the requests that Elasticsearch carries out without being able to say so. */
const stories = fc
  .tuple(scenario, fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 6 }))
  .map(([one, lostAnswers]) => ({ ...one, lostAnswers }));

describe("notify/outbox in Elasticsearch under faults and crashes", function () {
  this.timeout(120_000 + numRuns * 30_000);

  it("tells every transition to every address in exactly one message", async () => {
    await using smtp = await startSmtp();
    await using own = await openNamespace();
    const losing = losingAnswers(await testClient());
    const store = openStore(losing.client, own.namespace);
    let lostAnswers = 0;
    let requests = 0;
    const figures = await tellMany(
      stories,
      async (one) => {
        losing.next([]);
        await empty(store);
        losing.next(one.lostAnswers);
        const told = await tell(one, smtp, store);
        lostAnswers += losing.lost();
        requests += losing.requests();
        return told;
      },
      // A story takes seconds here, and the first that fails says enough.
      { numRuns, endOnFailure: true },
    );
    process.stderr.write(`${JSON.stringify({ requests, lostAnswers })}\n`);
    assert.equal(figures.lost, 0);
  });
});

/** Removes all documents: making the indices anew for each story would take longer. */
async function empty({ rows, threads }: OutboxStore): Promise<void> {
  for (const row of await rows.list({}, signal)) await rows.remove(row, signal);
  // What else there is shares an index with the threads.
  for (const other of await threads.list({}, signal)) await threads.remove(other, signal);
}

/** The client, with some of its requests carried out and their answers lost on the way. */
function losingAnswers(client: Client) {
  let plan = new Set<number>();
  let requests = 0;
  let lost = 0;
  const { transport } = client;
  const request = transport.request.bind(transport);
  const losing = async (...args: Parameters<typeof request>) => {
    const number = requests++;
    const answer = await request(...args);
    if (!plan.has(number)) return answer;
    lost++;
    throw new errors.ConnectionError("the answer was lost");
  };
  // A cast: the overloads differ only in what is resolved to.
  transport.request = losing as typeof transport.request;
  return {
    client,
    next(numbers: readonly number[]) {
      plan = new Set(numbers);
      requests = 0;
      lost = 0;
    },
    requests: () => requests,
    lost: () => lost,
  };
}
