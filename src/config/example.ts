import { stringify } from "yaml";

interface Answers {
  elasticsearch?: string;
  host?: string;
  user?: string;
  smtp?: string;
  mail?: string;
  timezone?: string;
}

/** A config to start from, as YAML text: it passes the check as it stands. */
export function exampleConfig(answers: Answers = {}): string {
  const {
    elasticsearch = "http://127.0.0.1:9200",
    host = "web1.example.org",
    user = "leafwatch",
  } = answers;
  const { smtp = "mail.example.org", mail = "it@example.org", timezone = "UTC" } = answers;
  // Answers are written as YAML, whatever characters they hold.
  const text = (value: string) => stringify(value).trimEnd();
  return `# Leafwatch. Every key: docs/reference/config.md
# Secrets stay out of this file: "\${env:NAME}" or "\${file:/path}".
timezone: ${text(timezone)} # of hosts, windows and the report where nothing else is said
retention: 400d

elasticsearch:
  url: ${text(elasticsearch)}
  # api_key: "\${file:/run/secrets/elasticsearch}"
# kibana: { url: http://127.0.0.1:5601 }

hosts:
  - name: ${text(host.split(".")[0] ?? host)}
    address: ${text(host)}
    user: ${text(user)}
    auth: { key: ~/.ssh/id_ed25519 }
    logs:
      - { format: apache.access, path: "/var/log/apache2/*access.log" }
      - { format: apache.error, path: "/var/log/apache2/*error.log" }
      - { format: system.auth, path: /var/log/auth.log }

watch:
  rules: "rules/*.yml"

notify:
  from: ${text(`Leafwatch <${mail}>`)}
  smtp: { host: ${text(smtp)}, port: 587 } # user: …, password: "\${env:SMTP_PASSWORD}"
  recipients:
    security: [${text(mail)}]
    board: [${text(mail)}]
  operations: [security] # who learns of Leafwatch's own troubles

report:
  schedule: "0 8 * * MON"
  to: [board]
`;
}
