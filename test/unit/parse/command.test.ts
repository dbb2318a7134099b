import assert from "node:assert/strict";
import { createLineParser } from "../../../src/parse/line-parser.ts";
import { formatOf, type FormatName } from "../../../src/parse/registry.ts";
import { utc } from "../../../src/parse/zone.ts";

const head = "Nov 22 10:00:00 web1";
const sudo = `${head} sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=`;
const audit = 'type=USER_CMD msg=audit(1763805600.123:42): pid=1 uid=0 msg=\'cwd="/root" cmd=';

describe("a command in a log", () => {
  const cases: [format: FormatName, line: string, command?: string, args?: string[]][] = [
    ["system.auth", `${sudo}/bin/ls  -l`, "/bin/ls  -l", ["/bin/ls", "-l"]],
    ["system.auth", sudo],
    ["system.auth", `${sudo}  `],
    ["system.auth", `${head} pkexec[7]: al: Executing command [USER=root] [CWD=/] [COMMAND=]`],
    ["system.auth", `${head} CRON[12]: (root) CMD (run-parts /etc)`, "run-parts /etc"],
    ["system.auth", `${head} CRON[12]: (root) CMD ( )`],
    ["auditd", `${audit}"ls" terminal=pts/0 res=success'`, "ls", ["ls"]],
    ["auditd", `${audit}"" terminal=pts/0 res=success'`],
  ];
  for (const [name, text, command, args] of cases) {
    it(`is what stands there, and nothing where nothing does: ${text}`, () => {
      const parser = createLineParser(
        formatOf(name)?.create({}) ?? assert.fail(`no format ${name}`),
        { dataset: name, namespace: "test", zone: utc, version: "0" },
      );
      const process = parser.parse({ text, offset: 0 }, 0)?.process;
      assert.equal(process?.command_line, command);
      assert.deepEqual(process?.args, args);
    });
  }
});
