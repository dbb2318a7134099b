import assert from "node:assert/strict";
import { renderHtml } from "../../../src/report/html.ts";
import { renderJson } from "../../../src/report/json.ts";
import { pseudonymise } from "../../../src/report/pseudonyms.ts";
import { checkInDay, madeIncident, madeReport } from "../../helpers/report-made.ts";

const made = madeReport();
const report = madeReport({
  top: {
    ...made.top,
    users: {
      rows: [{ name: "carol", value: 3, previous: 1, change: 200, link: "https://k/?u=carol" }],
      others: 0,
      others_value: 0,
    },
  },
  incidents: {
    ...made.incidents,
    total: 1,
    shown: [madeIncident({ title: "Failures of carol", link: "https://k/?user=carol" })],
  },
  check_in: {
    ...checkInDay,
    missing: [
      { member: "Carol ", days: 1 },
      { member: "dave", days: 2 },
    ],
    missing_total: 2,
    struggled: [{ member: "dave", failures: 4, first_success: null }],
  },
});

describe("pseudonyms", () => {
  it("leave no name anywhere when they are asked for", () => {
    const hidden = pseudonymise(report, { everywhere: true, members: false });
    const text = renderJson(hidden) + renderHtml(hidden);
    assert.doesNotMatch(text, /carol|dave/i);
    assert.deepEqual(hidden.incidents.shown[0]?.lines, []);
  });

  it("name the same person the same everywhere in a report", () => {
    const { check_in, top, incidents } = pseudonymise(report, { everywhere: true, members: false });
    const carol = check_in?.missing[0]?.member;
    assert.equal(top.users.rows[0]?.name, carol);
    assert.equal(incidents.shown[0]?.group["user.name"], carol);
    assert.equal(check_in?.missing[1]?.member, check_in?.struggled[0]?.member);
    assert.notEqual(carol, check_in?.missing[1]?.member);
  });

  it("can be asked for the check-in day alone", () => {
    const hidden = pseudonymise(report, { everywhere: false, members: true });
    assert.match(hidden.check_in?.missing[0]?.member ?? "", /^Person \d+$/);
    assert.equal(hidden.top.users.rows[0]?.name, "carol");
  });

  it("leave a report alone where nobody asks", () => {
    assert.equal(pseudonymise(report, { everywhere: false, members: false }), report);
  });
});
