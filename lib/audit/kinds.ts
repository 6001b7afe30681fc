/** What is audited, in the words of OWASP's logging vocabulary. Nothing else is ever written there. */
export const AUDIT_KINDS = {
  authn_login_success: "Somebody signed in",
  authn_login_fail: "A sign-in, a token or a ticket was refused",
  authn_token_revoked: "Tokens were revoked, or a session was signed out",
  authn_token_reuse: "A ticket was used a second time",
  authz_fail: "Something was asked for that the token, or the origin, does not allow",
  excess_rate_limit_exceeded: "A limit has refused somebody",
  malicious_direct_reference:
    "A connection was offered the token of somebody else, or of another organisation",
  privilege_permissions_changed: "A user, a role or a feature flag was changed",
  sensitive_delete: "A guest or a document was removed or erased",
  sensitive_read: "The file or a picture of a document was read",
  session_expired: "A connection ended with its token",
  upload_validation: "A file was refused for what it is",
} as const satisfies Record<string, string>;

export type AuditKind = keyof typeof AUDIT_KINDS;

export function isAuditKind(kind: unknown): kind is AuditKind {
  return typeof kind === "string" && Object.hasOwn(AUDIT_KINDS, kind);
}

export interface AuditEvent {
  readonly kind: AuditKind;
  /** null: nobody knows whose it is, as of a token that is not valid. */
  readonly orgId: number | null;
  /** The user id. */
  readonly actor: string | null;
  /** The address that it came from, or its network. */
  readonly client: string | null;
  /** What it was about: a path of ours, an id. Never a name, a body or a token. */
  readonly target: string | null;
  /** A word of ours, such as the code of a problem. */
  readonly detail: string | null;
}

/** `count` like events, the last of them at `at` (Unix milliseconds). */
export interface AuditEntry extends AuditEvent {
  readonly at: number;
  readonly count: number;
}
