import * as v from "valibot";

/** Without NUL and halves of characters, which PostgreSQL does not keep. */
const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(128), v.regex(/^[^\0\ud800-\udfff]*$/u));

/** The body of `POST /auth/revoke`: whose tokens, which one, or (empty) that of the caller. */
export const RevokeSchema = v.union([
  v.strictObject({ userId: Id }),
  v.strictObject({ jti: Id }),
  v.strictObject({}),
]);
