/** Says for whom a page was made: a header, and a parameter in the address of a socket, which has no headers. */
export const MADE_FOR_HEADER = "x-innstream-as";
export const MADE_FOR_QUERY = "as";

/** A person of an organisation as both carry it: `<orgId>.<userId>`, encoded, since a header takes few letters. */
export function madeFor({ orgId, userId }: { readonly orgId: number; readonly userId: string }): string {
  return encodeURIComponent(`${orgId}.${userId}`);
}
