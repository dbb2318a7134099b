import { z } from "zod";
import { loginProblems } from "../lib/login.ts";

/** The section `kibana:` of leafwatch.yml. */
export const kibanaOptions = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: "no web address: write for example https://kibana:5601" })
      .describe("Kibana's address, with its base path where it has one"),
    public_url: z
      .url({
        protocol: /^https?$/,
        error: "no web address: write for example https://kibana.example.org",
      })
      .optional()
      .describe(
        "Kibana's address as people open it, for links in mails and reports; url where left out",
      ),
    space: z
      .string()
      .regex(/^[a-z0-9_-]+$/, "a space's id: lower-case letters, digits, - and _")
      .default("default")
      .describe("id of the space that the dashboards live in; made where it is missing"),
    api_key: z.string().min(1).optional().describe("an encoded API key"),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe("PEM file of the authority that signed Kibana's certificate"),
  })
  .superRefine((given, context) => {
    for (const { key, message } of loginProblems(given)) {
      context.addIssue({ code: "custom", path: [key], message });
    }
  });

export type KibanaOptions = z.output<typeof kibanaOptions>;
