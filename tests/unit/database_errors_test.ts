// What a client is told of an error of the database.
import assert from "node:assert/strict";
import { problemOfError } from "@/services/postgres/errors.ts";

function codeOf(code: string): string | undefined {
  return problemOfError(Object.assign(new Error("no room: /var/lib/secret"), { code }))?.code;
}

Deno.test("errors - a full disk and other want of resources are an outage, a wrong statement is a bug", () => {
  // disk_full, out_of_memory, too_many_connections, io_error
  for (const code of ["53100", "53200", "53300", "58030"]) assert.equal(codeOf(code), "unavailable", code);
  // undefined_column, division_by_zero
  for (const code of ["42703", "22012"]) assert.equal(codeOf(code), undefined, code);
});

Deno.test("errors - what is told of a full disk names nothing of the server", () => {
  const error = Object.assign(new Error('could not extend file "base/1/2"'), { code: "53100" });
  assert.equal(problemOfError(error)?.detail, "The database has no room");
});
