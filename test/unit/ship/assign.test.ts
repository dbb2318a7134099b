import assert from "node:assert/strict";
import fc from "fast-check";
import { assignHosts, type Member } from "../../../src/ship/assign.ts";

const hosts = ["h1", "h2", "h3", "h4", "h5"];

function loads(assigned: ReadonlyMap<string, string>, members: readonly Member[]): number[] {
  return members.map(({ name }) => [...assigned.values()].filter((to) => to === name).length);
}

describe("assigning hosts", () => {
  it("gives all of them to the only shipper", () => {
    const assigned = assignHosts([{ name: "a", hosts }], new Map());
    assert.deepEqual(loads(assigned, [{ name: "a", hosts }]), [5]);
  });

  it("hands half of them to a newcomer and leaves the others where they are", () => {
    const members = ["a", "b"].map((name) => ({ name, hosts }));
    const holders = new Map(hosts.map((host) => [host, "a"]));
    const assigned = assignHosts(members, holders);
    assert.deepEqual(loads(assigned, members), [3, 2]);
  });

  it("moves nothing when the loads are even", () => {
    const members = ["a", "b"].map((name) => ({ name, hosts }));
    const holders = new Map([
      ["h1", "b"],
      ["h2", "b"],
      ["h3", "b"],
      ["h4", "a"],
      ["h5", "a"],
    ]);
    assert.deepEqual(assignHosts(members, holders), holders);
  });

  it("gives a host only to those who know it", () => {
    const members = [
      { name: "a", hosts: ["h1", "h2", "h3"] },
      { name: "b", hosts: ["h4"] },
    ];
    assert.deepEqual(Object.fromEntries(assignHosts(members, new Map())), {
      h1: "a",
      h2: "a",
      h3: "a",
      h4: "b",
    });
  });

  const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
  const some = fc.subarray(hosts);

  it("covers every host, evenly, the same for everyone, and stays as it is", () => {
    const members = names.chain((all) =>
      fc.tuple(...all.map((name) => some.map((of) => ({ name, hosts: of })))),
    );
    const holders = fc.dictionary(fc.constantFrom(...hosts), fc.constantFrom("a", "b", "x"));
    fc.assert(
      fc.property(members, holders, (all, held) => {
        const assigned = assignHosts(all, new Map(Object.entries(held)));
        assert.deepEqual(
          [...assigned.keys()].sort(),
          hosts.filter((h) => all.some((m) => m.hosts.includes(h))),
        );
        for (const [host, to] of assigned) {
          assert.ok(all.find(({ name }) => name === to)?.hosts.includes(host));
        }
        assert.deepEqual(assignHosts([...all].reverse(), new Map(Object.entries(held))), assigned);
        assert.deepEqual(assignHosts(all, assigned), assigned);
        if (all.every((member) => member.hosts.length === hosts.length)) {
          const counts = loads(assigned, all);
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
        }
      }),
    );
  });
});
