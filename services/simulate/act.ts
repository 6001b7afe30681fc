import type { Service } from "@/lib/protocol/services.ts";

/** One thing that happens in the hotel; each is one event. */
export interface Act {
  readonly service: Service;
  readonly entity: string;
  readonly propertyId: number;
  /** `create` and `update` go through the REST API; `tell` is another system's event about a record, by NATS. */
  readonly verb: "create" | "update" | "tell";
  /** Of the record that is changed or told about. */
  readonly id?: number;
  readonly body: Readonly<Record<string, unknown>>;
}
