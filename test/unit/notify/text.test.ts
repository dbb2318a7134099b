import assert from "node:assert/strict";
import { toText } from "../../../src/notify/text.ts";
import { width } from "../../../src/lib/wrap.ts";
import { gallery } from "../../integration/notify/mail-gallery.ts";

const textOf = (name: string) => {
  const message = gallery[name];
  assert.ok(message, name);
  return toText(message);
};

describe("notify/text", () => {
  for (const name of Object.keys(gallery)) {
    it(`fits ${name} into 72 columns, all but links of ours`, () => {
      for (const line of textOf(name).split("\n")) {
        assert.ok(width(line) <= 72 || /^ {2}https:\/\/kibana\./.test(line), line);
        assert.doesNotMatch(line, /^ +$|undefined|NaN/);
      }
    });
  }

  it("says first what has changed since the last message", () => {
    const first = (name: string) => textOf(name).split("\n\n")[1]?.replace(/\s+/g, " ") ?? "";
    assert.match(
      first("raised"),
      /^Was HIGH, now CRITICAL: since Thu 16 Jul 2026, 15:08:00 BST \(14:08:00 UTC\)\. 14 in/,
    );
    assert.match(
      first("grown"),
      /^It has grown from 14 to 1,400 since Thu 16 Jul 2026, 14:08:00 BST \(13:08:00 UTC\)\. 1,400 in/,
    );
    assert.match(first("back"), /^It is back\. It was over on Thu 16 Jul 2026, 14:08:00 BST/);
    assert.match(first("repeat"), /^It still goes on\. /);
    assert.match(first("recovered"), /^It is over\. /);
  });

  it("sums up a mail about several, and says how to see one in full", () => {
    const text = textOf("summary");
    assert.match(text, /^8 alerts in one mail\n\n.*\n4 new, 2 still going on, 2 over\.\n/);
    assert.match(text, /\n {2}leafwatch alerts show ID\n/);
    assert.match(text, /Over: .*\n {4}At its worst: 14 in 5 minutes; the limit is 10\.\n/);
  });
});
