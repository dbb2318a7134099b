/** What Kibana's Lens calls a field's type; it follows from the mapping in index-templates/. */
export type FieldType = "string" | "ip" | "number" | "date";

/**
 * Every field that a dashboard, a control or a saved search names, with its type and the words that stand for it.
 * A test holds the list against the index templates.
 */
export const fields = {
  "@timestamp": { type: "date", label: "Time" },
  "data_stream.dataset": { type: "string", label: "Dataset" },
  "error.message": { type: "string", label: "Reason" },
  "event.action": { type: "string", label: "Action" },
  "event.category": { type: "string", label: "Category" },
  "event.code": { type: "string", label: "Event ID" },
  "event.dataset": { type: "string", label: "Dataset" },
  "event.ingested": { type: "date", label: "Stored" },
  "event.kind": { type: "string", label: "Kind" },
  "event.outcome": { type: "string", label: "Outcome" },
  "event.original": { type: "string", label: "Line" },
  "event.severity": { type: "number", label: "Severity" },
  "group.name": { type: "string", label: "Group" },
  "host.name": { type: "string", label: "Host" },
  "http.request.method": { type: "string", label: "Method" },
  "http.response.body.bytes": { type: "number", label: "Bytes" },
  "http.response.status_code": { type: "number", label: "Status" },
  "leafwatch.alert.count": { type: "number", label: "Count" },
  "leafwatch.alert.first_seen": { type: "date", label: "First seen" },
  "leafwatch.alert.last_seen": { type: "date", label: "Last seen" },
  "leafwatch.alert.level": { type: "string", label: "Level" },
  "leafwatch.alert.state": { type: "string", label: "State" },
  "leafwatch.alert.threshold": { type: "number", label: "Threshold" },
  "leafwatch.alert.workflow": { type: "string", label: "Workflow" },
  "leafwatch.attempts": { type: "number", label: "Login attempts" },
  "leafwatch.delay_ms": { type: "number", label: "Delay" },
  "log.file.path": { type: "string", label: "File" },
  "log.level": { type: "string", label: "Level" },
  message: { type: "string", label: "Message" },
  "process.command_line": { type: "string", label: "Command" },
  "process.name": { type: "string", label: "Program" },
  "rule.id": { type: "string", label: "Rule" },
  "source.geo.country_name": { type: "string", label: "Country" },
  "source.ip": { type: "ip", label: "Source address" },
  "url.path": { type: "string", label: "URL path" },
  "user.effective.name": { type: "string", label: "As user" },
  "user.name": { type: "string", label: "User" },
  "user.target.name": { type: "string", label: "Changed user" },
  "user_agent.name": { type: "string", label: "User agent" },
  "winlog.logon.type": { type: "string", label: "Logon type" },
} as const satisfies Record<string, { type: FieldType; label: string }>;

export type FieldName = keyof typeof fields;
