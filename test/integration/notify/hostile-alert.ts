import type { Alert } from "../../../src/model/alert.ts";
import { exampleAlert } from "../../unit/notify/examples.ts";

/** What an attacker may put into a user name: each piece aims at another reader. */
export const hostileText = [
  "root\r\nBcc: x@evil.example\r\n\r\n<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "javascript:alert(1) http://evil.example/ www.evil.example",
  "\u001b[2J\u001b]0;owned\u0007 \u202egnp.exe\u200b",
  "<%= 7*7 %> {{7*7}} ${7*7} <%~ it %>",
  "act=allowed|src=127.0.0.1",
  "A".repeat(1_000_000),
].join(" ");

/** An alert whose every value of the log is hostile; `first` stands before the rest. */
export function hostileAlert(first = ""): Alert {
  const text = first + hostileText;
  const alert = exampleAlert({
    summary: `Login of ${text} from 203.0.113.5`,
    group: { "source.ip": "203.0.113.5", "user.name": text },
  });
  alert.rule = { ...alert.rule, id: "login", title: "Login of {user.name} from {source.ip}" };
  alert.evidence = {
    top: {
      "user.name": [{ value: text, count: 3 }],
      "url.path": [
        { value: text, count: 2 },
        { value: "/", count: 1 },
      ],
    },
    lines: [
      { id: "a", index: "logs-x-y", timestamp: alert.first_seen, host: "web1", original: text },
    ],
  };
  return alert;
}
