import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import type { Rest, RestAnswer } from "@/lib/client/rest.ts";
import type { GuestField } from "@/lib/ocr/guest_values.ts";
import type { FieldName, Fields, TableReading } from "@/lib/ocr/reading.ts";
import { placeOfEntity } from "@/lib/ui/records.ts";
import type { DocumentType } from "@/lib/upload/document_types.ts";

/** Guests that are offered at once to choose among. */
export const GUESTS_FOUND_MAX = 8;

/** A value that a person has put right. */
export interface Correction {
  readonly field: string;
  readonly before: string | null;
  readonly after: string;
  readonly correctedBy: string;
  /** RFC 3339. */
  readonly correctedAt: string;
}

/** A document with everything that is known of it. */
export interface DocumentDetail extends ClientRecord {
  readonly documentType: DocumentType;
  readonly fields: Fields;
  readonly corrections?: readonly Correction[];
  /** Of a guest list. */
  readonly table?: TableReading | null;
}

type Answer = Promise<RestAnswer<{ value: unknown }>>;

/** What can be asked for of one document; see docs/uploads.md. */
export class DocumentRest {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  async read(id: number): Promise<RestAnswer<{ document: DocumentDetail }>> {
    const answer = await this.#rest.json(pathOf(id));
    return answer.ok ? { ok: true, document: answer.value as DocumentDetail } : answer;
  }

  correct({ id, version }: ClientRecord, fields: Partial<Record<FieldName, string>>): Answer {
    return this.#send(id, "", { version, fields }, "PATCH");
  }

  apply({ id, version }: ClientRecord, guest: ClientRecord, fields: readonly GuestField[]): Answer {
    return this.#send(id, "/apply", { version, guestId: guest.id, guestVersion: guest.version, fields });
  }

  /** The newest guests of a property with this text in their name, e-mail or phone. */
  findGuests(propertyId: number | null, text: string): Promise<RestAnswer<{ page: RecordPage }>> {
    return this.#rest.list(placeOfEntity("guest").path, {
      limit: String(GUESTS_FOUND_MAX),
      ...(propertyId !== null && { propertyId: String(propertyId) }),
      ...(text !== "" && { q: text }),
    });
  }

  /** With the same `key` again nobody is made twice. */
  createGuest(
    { propertyId, name, key }: { propertyId: number | null; name: string; key: string },
  ): Promise<RestAnswer<{ record: ClientRecord }>> {
    return this.#rest.create(placeOfEntity("guest").path, { propertyId, name }, key);
  }

  import({ id, version }: ClientRecord, rows: readonly number[]): Answer {
    return this.#send(id, "/import", { version, rows });
  }

  unlock({ id }: ClientRecord, password: string): Answer {
    return this.#send(id, "/password", { password });
  }

  readAgain({ id, version }: ClientRecord): Answer {
    return this.#send(id, "/read", { version });
  }

  #send(id: number, part: string, body: object, method = "POST"): Answer {
    return this.#rest.json(pathOf(id) + part, { method, body: JSON.stringify(body) });
  }
}

function pathOf(id: number): string {
  return `/v2/documents/${id}`;
}

/** The address of a page's picture. */
export function previewPath(id: number, page: number, version: number): string {
  return `${pathOf(id)}/previews/${page}?v=${version}`;
}

export function contentPath(id: number): string {
  return `${pathOf(id)}/content`;
}
