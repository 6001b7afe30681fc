import * as v from "valibot";
import { isId } from "@/lib/protocol/subjects.ts";

/** Longest password of a PDF: 127 bytes of UTF-8 by its standard. */
export const PASSWORD_CHARS_MAX = 127;

/** What a person's password for a locked document travels in, from the app to a worker. Nothing that keeps it sees it. */
export const unlockRequest = v.object({
  documentId: v.custom<number>(isId),
  uploadId: v.pipe(v.string(), v.uuid()),
  password: v.pipe(v.string(), v.minLength(1), v.maxLength(PASSWORD_CHARS_MAX)),
});
export type UnlockRequest = v.InferOutput<typeof unlockRequest>;

/** `opened`: it is being read; `wrong`: the password does not fit; `busy`: try again soon; `not_locked`: it needs none. */
export const UNLOCK_ANSWERS = ["opened", "wrong", "busy", "not_locked"] as const;
export type UnlockAnswer = (typeof UNLOCK_ANSWERS)[number];
