import { z } from "zod";

/** Config section `enrich`: what is added to an event beyond what its line says. */
export const enrichOptions = z.strictObject({
  user_agent: z.boolean().default(true).describe("browser, system and device from the user agent"),
  geoip: z
    .union([z.literal(false), z.string().min(1), z.array(z.string().min(1)).min(1)])
    .default("bundled")
    .describe("bundled (country only), MMDB files of yours (City, ASN), or false"),
  indicators: z
    .array(z.string().min(1))
    .default([])
    .describe("lists of known-bad values, one value or CIDR a line, or CSV"),
});

export type EnrichOptions = z.output<typeof enrichOptions>;
