import { z } from "zod";
import { duration } from "../lib/duration.ts";

const noControl = /^[^\p{Cc}]+$/u;

/** One entry of `hosts:` but for its `logs`. Unset user, port and keys may still come from ~/.ssh/config. */
export const hostOptions = z.strictObject({
  name: z.string().regex(noControl, "must be a name without control characters"),
  os: z.enum(["linux", "windows"]).default("linux"),
  address: z.string().regex(noControl, "must be a host name or an address").optional(),
  port: z.number().int().min(1).max(65_535).optional(),
  user: z.string().regex(noControl, "must be a user name").optional(),
  auth: z
    .strictObject({
      key: z.string().min(1).optional(),
      passphrase: z.string().optional(),
      agent: z.boolean().optional(),
      password: z.string().optional(),
    })
    .optional(),
  host_key: z
    .union([
      z.enum(["known_hosts", "accept-new"]),
      z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "must be known_hosts, accept-new or SHA256:…"),
    ])
    .default("known_hosts"),
  known_hosts_file: z.string().min(1).default("~/.ssh/known_hosts"),
  jump: z.array(z.string().min(1)).default([]),
  timezone: z.string().optional(),
  read: z.enum(["sftp", "exec", "sudo", "local"]).default("sftp"),
  poll: duration.default(2000),
});

export type HostOptions = z.output<typeof hostOptions>;
