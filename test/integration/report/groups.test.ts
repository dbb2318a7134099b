import assert from "node:assert/strict";
import type { Client } from "@elastic/elasticsearch";
import { eventIndices } from "../../../src/report/events.ts";
import { countsOf, groupsOf, largestGroups, type Grouping } from "../../../src/report/groups.ts";
import { openSearcher } from "../../../src/report/search.ts";
import { randomNamespace, removeNamespace, testClient } from "../../helpers/elasticsearch.ts";
import { storeWorld } from "../../helpers/report-store.ts";
import { oddLogin } from "../../helpers/report-world.ts";

const signal = new AbortController().signal;
const everything = { match_all: {} };

describe("groups of events", function () {
  this.timeout(60_000);
  const namespace = randomNamespace();
  let client: Client;

  before(async () => {
    client = await testClient();
    const addresses = Array.from({ length: 25 }, (_, n) => `198.51.100.${n + 1}`);
    const logins = addresses.flatMap((address, n) =>
      Array.from({ length: n + 1 }, (_none, k) =>
        oddLogin(new Date(Date.UTC(2026, 10, 18, 10, n, k)).toISOString(), "carol", address),
      ),
    );
    await storeWorld(client, namespace, logins);
  });
  after(async () => {
    await removeNamespace(client, namespace);
  });

  for (const by of ["events", "attempts"] as const) {
    it(`are the same in one answer and page by page, by ${by}`, async () => {
      await using searcher = await openSearcher(client, eventIndices(namespace), signal);
      const grouping: Grouping = { field: "source.ip", by };
      const ask = (atOnce?: number) => {
        const asked = { ...grouping, ...(atOnce !== undefined && { atOnce }) };
        return largestGroups(groupsOf(searcher, everything, asked, signal), 3);
      };
      const whole = await ask();
      assert.deepEqual(whole.top, [
        { key: "198.51.100.25", value: 25 },
        { key: "198.51.100.24", value: 24 },
        { key: "198.51.100.23", value: 23 },
      ]);
      assert.deepEqual([whole.total, whole.sum], [25, 325]);
      // A page that is full, one that is not, and pages that end with the groups.
      for (const atOnce of [5, 7, 25]) assert.deepEqual(await ask(atOnce), whole, String(atOnce));
      const keys = whole.top.map(({ key }) => key);
      const paged = { ...grouping, atOnce: 2 };
      const counts = await countsOf(searcher, everything, paged, keys, signal);
      assert.deepEqual(
        [...counts].map(([key, value]) => ({ key, value })),
        whole.top,
      );
    });
  }
});
