import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadRules } from "../../../src/watch/load-rules.ts";
import { parseRuleFile, rulesError } from "../../../src/watch/parse-rule-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const rule = (lines: string) => `version: 1
rules:
  - id: r
    match: { event.outcome: failure }
    within: 5m
    count: { gte: 3 }
${lines}`;

/** One mistake a file, and exactly what is said of it. */
const mistakes: { title: string; text: string; says: string }[] = [
  {
    title: "an unknown key",
    text: rule("    groupby: [source.ip]"),
    says: 'r.yml:7:5: unknown key "groupby"; did you mean "group_by"?',
  },
  {
    title: "an unknown field",
    text: rule("    group_by: [source.pi]"),
    says: 'r.yml:7:16: group_by.0: no field "source.pi"; did you mean "source.ip"?',
  },
  {
    title: "a number held against a text, which would be compared letter by letter",
    text: rule("").replace("{ event.outcome: failure }", "{ event.code: { gte: 4000 } }"),
    says: "r.yml:4:33: match.event.code.gte: gte, gt, lte and lt compare numbers and dates: event.code is keyword",
  },
  {
    title: "an address block of a text",
    text: rule("").replace("{ event.outcome: failure }", "{ url.path: { cidr: 10.0.0.0/8 } }"),
    says: "r.yml:4:32: match.url.path.cidr: address blocks are for addresses: url.path is wildcard",
  },
  {
    title: "a pattern of a number",
    text: rule("").replace(
      "{ event.outcome: failure }",
      '{ http.response.status_code: { wildcard: "5*" } }',
    ),
    says: "r.yml:4:53: match.http.response.status_code.wildcard: wildcard and ignore_case are for texts: http.response.status_code is long",
  },
  {
    title: "an unknown dataset",
    text: rule("    dataset: [apache.acces]"),
    says: 'r.yml:7:15: dataset.0: no dataset "apache.acces"; did you mean "apache.access"?',
  },
  {
    title: "an unknown level",
    text: rule("    level: hihg"),
    says: 'r.yml:7:12: level: "hihg" is not one of informational, low, medium, high, critical; did you mean "high"?',
  },
  {
    title: "a title that names a field not in the group",
    text: rule('    title: "{user.name}"'),
    says: "r.yml:7:12: title: {user.name} is not in group_by; a title may name {count}, {threshold}, {within}, {distinct.FIELD}",
  },
  {
    title: "an exception without an end",
    text: rule("    except: [{ source.ip: 192.0.2.1, why: x, owner: y }]"),
    says: "r.yml:7:14: except.0.until is missing",
  },
  {
    title: "an exception without a field",
    text: rule("    except: [{ why: x, owner: y, until: 2027-01-31 }]"),
    says: "r.yml:7:14: except.0: an exception without fields would except everything",
  },
  {
    title: "a second condition",
    text: rule("    distinct: { field: user.name, gte: 3 }"),
    says: "r.yml:3:5: exactly one condition: it has count and distinct",
  },
  {
    title: "a window shorter than every",
    text: rule("    every: 10m"),
    says: "r.yml:5:13: within: the window is shorter than every: events between two looks would be missed",
  },
  {
    title: "an unknown operator",
    text: rule(
      "    except: [{ source.ip: { cider: 10.0.0.0/8 }, why: x, owner: y, until: 2027-01-31 }]",
    ),
    says: 'r.yml:7:36: except.0.source.ip.cider: unknown operator "cider"; known here: gte, gt, lte, lt, cidr, wildcard, is, ignore_case, not',
  },
  {
    title: "an unknown recipient",
    text: rule("    notify: { to: [securty] }"),
    says: 'r.yml:7:13: notify: no recipient "securty"; did you mean "security"?',
  },
  {
    title: "an unknown zone",
    text: rule("    timezone: Europe/Lodon"),
    says: "r.yml:7:15: timezone: no such time zone: write an IANA name such as Europe/London",
  },
  {
    title: "a duration that is none",
    text: rule("    delay: 5 minutes"),
    says: 'r.yml:7:12: delay: "5 minutes" is no duration: write for example 30s, 5m, 24h or 400d',
  },
  {
    title: "a technique that is none",
    text: rule("    attack: [brute]"),
    says: "r.yml:7:14: attack.0: write a MITRE ATT&CK id such as T1110.001",
  },
  {
    title: "a threshold of 0",
    text: "version: 1\nrules:\n  - id: r\n    match: { event.outcome: failure }\n    within: 5m\n    count: { gte: 0 }\n",
    says: "r.yml:6:19: count.gte: write more than 0",
  },
  {
    title: "no condition",
    text: "version: 1\nrules:\n  - id: r\n    match: { event.outcome: failure }\n    within: 5m\n",
    says: "r.yml:3:5: has no condition: one of count, distinct, sum, ratio, sequence, new, silence, indicator, baseline, outlier",
  },
  {
    title: "no window",
    text: "version: 1\nrules:\n  - id: r\n    match: { event.outcome: failure }\n    count: { gte: 1 }\n",
    says: "r.yml:3:5: within is missing: the length of the window, such as 5m",
  },
  {
    title: "a list that is not there",
    text: "version: 1\nrules:\n  - id: r\n    indicator: { field: source.ip, list: no-such-list.txt }\n",
    says: "r.yml:4:42: indicator.list: no-such-list.txt cannot be read: ENOENT: no such file or directory, open 'no-such-list.txt'",
  },
];

describe("watch/load-rules", () => {
  for (const { title, text, says } of mistakes) {
    it(`refuses ${title} and says where`, async () => {
      const { rules, problems } = await parseRuleFile(text, "r.yml", {
        datasets: ["apache.access", "system.auth"],
        recipients: ["security"],
      });
      assert.deepEqual(
        problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
        [says],
      );
      assert.deepEqual(rules, []);
    });
  }

  it("names every mistake of a file at once, and runs the rules without one", async () => {
    const good =
      "  - id: good\n    match: { event.outcome: failure }\n    within: 5m\n    count: { gte: 3 }\n";
    const text = `${rule("    level: hihg\n    group_by: [source.pi]")}\n${good}  - id: other\n    coutn: { gte: 1 }\n`;
    const { rules, problems } = await parseRuleFile(text, "r.yml");
    assert.deepEqual(
      rules.map(({ id }) => id),
      ["good"],
    );
    assert.deepEqual(
      problems.map((problem) => problem.rule),
      ["r", "r", "other"],
    );
  });

  it("refuses what only shows beside other files: an id that is taken, a rule that is nowhere", async () => {
    await using folder = await temporaryFolder();
    const one = (id: string, more = "") =>
      `  - id: ${id}\n    match: { event.outcome: failure }\n    within: 5m\n    count: { gte: 3 }\n${more}`;
    await writeFile(
      join(folder.path, "a.yml"),
      `version: 1\nrules:\n${one("first")}${one("bad", "    coutn: 1\n")}`,
    );
    await writeFile(
      join(folder.path, "b.yml"),
      `version: 1\nrules:\n${one("first")}${one("second", "    inhibits: [bad, frist]\n")}${one("third", "    inhibits: [first, bad]\n")}`,
    );
    const { rules, problems } = await loadRules("*.yml", { folder: folder.path });
    assert.deepEqual(
      problems.map(
        ({ file, line, column, rule, message }) => `${file}:${line}:${column}: ${rule}: ${message}`,
      ),
      [
        'a.yml:11:5: bad: unknown key "coutn"; did you mean "count"?',
        'b.yml:3:9: first: the id "first" is taken by a rule in a.yml',
        'b.yml:11:21: second: inhibits.1: no rule "frist"; did you mean "first"?',
      ],
    );
    assert.deepEqual(
      rules.map(({ id }) => id),
      ["first", "third"],
    );
  });

  it("tells once of a recipient that many rules miss, and where to add it", async () => {
    const { problems } = await parseRuleFile(
      `${rule("    notify: { to: [it] }")}\n${rule("    notify: { to: [it] }").split("\n").slice(2).join("\n").replace("id: r", "id: s")}`,
      "r.yml",
      { recipients: ["operations"] },
    );
    assert.equal(problems.length, 2);
    const { message, hint } = rulesError(problems);
    assert.equal(
      message,
      'r.yml:7:13: notify: no recipient "it" in notify.recipients of the config; known: operations (the first of 2 rules)',
    );
    assert.match(hint, /^add the names to notify\.recipients/);
  });

  it("changes the hash with the rule and not with its tests", async () => {
    const hashOf = async (lines: string) =>
      (await parseRuleFile(rule(lines), "r.yml")).rules[0]?.hash;
    const plain = await hashOf("");
    assert.ok(plain);
    assert.equal(await hashOf("    tests: [{ it: works, send: 3, alerts: 1 }]"), plain);
    assert.notEqual(await hashOf("    level: high"), plain);
  });
});
