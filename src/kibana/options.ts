import { z } from "zod";

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
    const issue = (path: string, message: string) => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (given.api_key !== undefined && given.username !== undefined) {
      issue("api_key", "either api_key or username and password, not both");
    }
    if ((given.username === undefined) !== (given.password === undefined)) {
      const missing = given.username === undefined ? "username" : "password";
      issue(missing, "username and password belong together");
    }
  });

export type KibanaOptions = z.output<typeof kibanaOptions>;
