import * as v from "valibot";

const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(128));

/** The body of `POST /auth/revoke`: whose tokens, which one, or (empty) that of the caller. */
export const RevokeSchema = v.union([
  v.strictObject({ userId: Id }),
  v.strictObject({ jti: Id }),
  v.strictObject({}),
]);
