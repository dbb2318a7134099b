import { z } from "zod";
import { format } from "../format.ts";
import { syslogParser } from "../syslog-event.ts";

/** Linux's authentication log: /var/log/auth.log (Debian) or /var/log/secure (Red Hat). */
export const systemAuth = format({
  type: "system.auth",
  summary: "Linux auth.log or secure: sshd, PAM, sudo, su, account changes, logind, cron, polkit.",
  options: z.object({}),
  create: () => syslogParser,
});
