import type { Client } from "@elastic/elasticsearch";
import { AppError } from "../lib/errors.ts";
import { statusOf, wrap } from "./errors.ts";
import { roleDescriptors, type RoleName } from "./privileges.ts";

/** A key as the config takes it: `elasticsearch.api_key`. Shown once, stored nowhere by us. */
export interface ApiKey {
  role: RoleName;
  name: string;
  encoded: string;
}

const keyed: readonly RoleName[] = ["shipper", "watcher", "reporter", "analyst"];

/**
 * Makes one API key for each part of Leafwatch, with the least it needs. The account that asks must itself have all of
 * these rights: a key never has more than its maker.
 *
 * @throws ES_NO_API_KEYS where the cluster has none (security is off, or the server's small distribution).
 */
export async function createApiKeys(
  client: Client,
  namespace: string,
  signal: AbortSignal,
): Promise<ApiKey[]> {
  const roles = roleDescriptors(namespace);
  const keys: ApiKey[] = [];
  for (const role of keyed) {
    const name = `leafwatch-${role}-${namespace}`;
    const request = {
      name,
      role_descriptors: { [name]: roles[role] },
      metadata: { managed_by: "leafwatch", namespace },
    };
    try {
      const { encoded } = await wrap(
        () =>
          client.transport.request<{ encoded: string }>(
            { method: "POST", path: "/_security/api_key", body: request },
            { signal, maxRetries: 0 },
          ),
        signal,
      );
      keys.push({ role, name, encoded });
    } catch (error) {
      // No handler (400), no such method there (405), or the service is switched off (500 with this text).
      const status = statusOf(error);
      const off = /api keys are not enabled|feature_not_enabled/i.test(String(error));
      if (status !== 400 && status !== 404 && status !== 405 && !off) throw error;
      throw new AppError("ES_NO_API_KEYS", "this cluster makes no API keys", {
        hint: "turn its security on, or make users with the roles of `leafwatch setup --print-roles`",
        cause: error,
      });
    }
  }
  return keys;
}
