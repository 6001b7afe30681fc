/**
 * Thrown where starting failed for a reason that a person can mend: a taken port, a missing program, a held lock.
 * The launcher prints the message alone, without a stack.
 */
export class StartError extends Error {
  override readonly name = "StartError";
}
