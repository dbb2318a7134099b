import type { Format } from "./format.ts";
import { apacheAccess } from "./formats/apache-access.ts";
import { apacheError } from "./formats/apache-error.ts";
import { auditd } from "./formats/auditd.ts";
import { iisAccess } from "./formats/iis-access.ts";
import { journald } from "./formats/journald.ts";
import { json } from "./formats/json.ts";
import { nginxAccess } from "./formats/nginx-access.ts";
import { nginxError } from "./formats/nginx-error.ts";
import { systemAuth } from "./formats/system-auth.ts";
import { systemSyslog } from "./formats/system-syslog.ts";
import { windowsSecurity } from "./formats/windows-security.ts";

/** Every log format, by the name that the config uses. To add one: its file, a line here, a pair of golden files. */
export const formats = {
  "apache.access": apacheAccess,
  "apache.error": apacheError,
  "nginx.access": nginxAccess,
  "nginx.error": nginxError,
  "system.auth": systemAuth,
  "system.syslog": systemSyslog,
  journald,
  auditd,
  "windows.security": windowsSecurity,
  "iis.access": iisAccess,
  json,
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

/** The format of that name; undefined when there is none. */
export function formatOf(name: string): Format | undefined {
  return Object.hasOwn(formats, name) ? formats[name as FormatName] : undefined;
}
