import assert from "node:assert/strict";
import { createApiKeys } from "../../../src/es/api-keys.ts";
import { roleDescriptors } from "../../../src/es/privileges.ts";
import { documented } from "../../helpers/documented.ts";

const { signal } = new AbortController();

describe("API keys, against a double that answers as documented", () => {
  it("are made one for each part, each with that part's rights and no others", async () => {
    await using double = await documented(({ body }) => {
      const { name } = body as { name: string };
      // Create API key: "encoded" is the base64 of "id:api_key".
      return { body: { id: `id-${name}`, name, api_key: "secret", encoded: `encoded-${name}` } };
    });
    const keys = await createApiKeys(double.client, "n1", signal);
    assert.deepEqual(
      keys,
      ["shipper", "watcher", "reporter", "analyst"].map((role) => {
        const name = `leafwatch-${role}-n1`;
        return { role, name, encoded: `encoded-${name}` };
      }),
    );
    const roles = roleDescriptors("n1");
    assert.deepEqual(double.asked[0], {
      method: "POST",
      path: "/_security/api_key",
      body: {
        name: "leafwatch-shipper-n1",
        role_descriptors: { "leafwatch-shipper-n1": roles.shipper },
        metadata: { managed_by: "leafwatch", namespace: "n1" },
      },
    });
    assert.equal(double.asked.length, 4);
  });

  const refusals: [string, number, string, string][] = [
    ["security is off", 400, "no handler found for uri [/_security/api_key]", "ES_NO_API_KEYS"],
    ["the method is unknown", 405, "Incorrect HTTP method for uri", "ES_NO_API_KEYS"],
    ["the service is off", 500, "api keys are not enabled", "ES_NO_API_KEYS"],
    [
      "the account may not",
      403,
      "action [cluster:admin/xpack/security/api_key/create] is unauthorized",
      "ES_FORBIDDEN",
    ],
    ["the account is unknown", 401, "unable to authenticate user", "ES_UNAUTHORIZED"],
  ];
  for (const [what, status, reason, code] of refusals) {
    it(`are refused with ${code} when ${what}`, async () => {
      await using double = await documented(() => ({
        status,
        body: { error: { type: "exception", reason }, status },
      }));
      await assert.rejects(createApiKeys(double.client, "n1", signal), { code });
    });
  }
});
