/** What one part of Leafwatch may do, as `PUT _security/role` takes it. */
export interface RoleDescriptor {
  cluster: string[];
  indices: { names: string[]; privileges: string[] }[];
}

export type RoleName = "setup" | "shipper" | "watcher" | "reporter" | "analyst";

/** There is no named privilege for it; before anything is stored, the templates must be known to be there. */
const readTemplates = "indices:admin/index_template/get";

/** Nor for it: `maintenance` may also flush and force merges. */
const refresh = "indices:admin/refresh*";

/**
 * The least that each part needs in a namespace. Nobody but setup may change a template, nobody at all delete an event;
 * what has been written cannot be written over (`create_doc`).
 */
export function roleDescriptors(namespace: string): Record<RoleName, RoleDescriptor> {
  const streams = [`logs-*-${namespace}`];
  const alerts = [`logs-leafwatch.alert-${namespace}`];
  const deadLetters = [`logs-leafwatch.dead_letter-${namespace}`];
  const state = (...things: string[]) => things.map((thing) => `leafwatch-${thing}-${namespace}`);
  const readStreams = { names: streams, privileges: ["read", "view_index_metadata", "monitor"] };
  // `maintenance` refreshes before a search; `view_index_metadata` asks whether an index is there.
  const readState = ["read", "view_index_metadata", "maintenance"];
  const writeState = [...readState, "auto_configure", "create", "index", "delete"];
  return {
    setup: {
      // The component and index templates; what a node is; keys for the others.
      cluster: ["manage_index_templates", "monitor", "manage_own_api_key"],
      indices: [
        {
          names: streams,
          privileges: ["view_index_metadata", "manage", "manage_data_stream_lifecycle"],
        },
        { names: state("jobs"), privileges: writeState },
      ],
    },
    shipper: {
      cluster: ["monitor", readTemplates],
      indices: [
        {
          names: streams,
          privileges: [...readStreams.privileges, "auto_configure", "create_doc", refresh],
        },
        { names: state("checkpoints", "leases"), privileges: writeState },
      ],
    },
    watcher: {
      cluster: ["monitor", readTemplates],
      indices: [
        readStreams,
        { names: alerts, privileges: ["auto_configure", "create_doc"] },
        // The state of a dead letter is changed in place.
        { names: deadLetters, privileges: ["index", "maintenance"] },
        { names: [`leafwatch-*-${namespace}`], privileges: writeState },
      ],
    },
    reporter: {
      cluster: ["monitor"],
      indices: [
        readStreams,
        { names: state("alerts", "checkpoints", "rules", "models"), privileges: readState },
        { names: state("outbox", "jobs"), privileges: writeState },
      ],
    },
    analyst: {
      cluster: [],
      indices: [
        readStreams,
        { names: state("alerts"), privileges: ["read", "view_index_metadata"] },
      ],
    },
  };
}
