// A reader that its document breaks.
for await (const _piece of Deno.stdin.readable) Deno.exit(3);
