import type { OutboxStore } from "../../../src/notify/outbox.ts";
import { createMemoryDocuments } from "../../helpers/memory-documents.ts";

/** What an outbox lives on, in memory. */
export function memoryStore(): OutboxStore {
  return {
    rows: createMemoryDocuments(),
    threads: createMemoryDocuments(),
    rates: createMemoryDocuments(),
    problems: createMemoryDocuments(),
  };
}
