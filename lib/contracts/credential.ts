import { type JsonSchema, TEXT } from "@/lib/contracts/json_schema.ts";

/** A frame has a token or a ticket, and not both. */
export const EITHER_CREDENTIAL: JsonSchema = {
  oneOf: [
    { required: ["token"], properties: { token: TEXT } },
    { required: ["ticket"], properties: { ticket: TEXT } },
  ],
};
