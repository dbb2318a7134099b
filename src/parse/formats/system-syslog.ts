import { z } from "zod";
import { format } from "../format.ts";
import { syslogParser } from "../syslog-event.ts";

/** A general syslog file: RFC 3164, ISO 8601 or RFC 5424 headers. Where it holds auth lines, they are read as such. */
export const systemSyslog = format({
  type: "system.syslog",
  summary: "syslog or messages: RFC 3164, ISO 8601 and RFC 5424 headers.",
  options: z.object({}),
  create: () => syslogParser,
});
