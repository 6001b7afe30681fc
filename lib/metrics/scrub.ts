/** A JSON Web Token, whole or its beginning: base64url of `{"` begins with these letters. */
const TOKEN = /eyJ[\w-]+(?:\.[\w-]*)*/g;
/** The query of a URL within a text, up to what ends a URL there. */
const QUERY = /\?[^\s"'`<>()]*/g;
const LOGIN = /(\w:\/\/)[^/\s@]*@/g;

/** The text with `[token]` in the place of every token. */
export function withoutTokens(text: string): string {
  return text.includes("eyJ") ? text.replace(TOKEN, "[token]") : text;
}

/** The text without tokens, and without the queries and logins of URLs: tickets and passwords stand there. */
export function withoutSecrets(text: string): string {
  return withoutTokens(text.replace(QUERY, "").replace(LOGIN, "$1"));
}
