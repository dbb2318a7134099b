import { importSigma } from "../../../src/watch/sigma.ts";

/** What comes of one file of Sigma rules. */
export const imported = (text: string) => importSigma([{ file: "s.yml", text }]);

/** A rule for web servers, in the shape of the public collection, with this inside `detection`. */
export const web = (rest: string) => `title: Web
id: 5ac4c9f5-0000-4000-8000-000000000001
status: test
references: [https://example.org/]
author: somebody
date: 2026-01-01
tags: [attack.initial-access, attack.t1190]
logsource:
  category: webserver
detection:
${rest}
falsepositives: [Unknown]
level: high
`;
/** A rule for one event id of the Windows security log, without machine accounts. */
export const logonRule = (name: string, id: number) => `title: ${name}
name: ${name}
logsource: { product: windows, service: security }
detection:
  selection:
    EventID: ${id}
  filter_main_machine:
    TargetUserName|endswith: $
  condition: selection and not 1 of filter_main_*
level: low
`;
/** A correlation of the rules (names with blanks between) by address within ten minutes. */
export const correlation = (type: string, rules: string, rest: string) => `---
title: Correlated
correlation:
  type: ${type}
  rules:
${rules
  .split(" ")
  .map((one) => `    - ${one}`)
  .join("\n")}
  group-by:
    - IpAddress
  timespan: 10m
${rest}
level: high
`;
