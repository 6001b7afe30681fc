import type { Role } from "@/lib/auth/principal.ts";

/** A person of the demo: what the sign-in page offers and what the token then says. */
export interface DemoUser {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly orgId: number;
  readonly organisation: string;
  readonly properties: "*" | readonly number[];
}

export const SAHYADRI = { id: 1, name: "Sahyadri Hotels", locale: "en-IN", currency: "INR" } as const;
export const LAGOON = { id: 2, name: "Lagoon Group", locale: "en-IN", currency: "INR" } as const;

function user(
  organisation: { readonly id: number; readonly name: string },
  rest: Pick<DemoUser, "userId" | "name" | "role" | "properties">,
): DemoUser {
  return { ...rest, orgId: organisation.id, organisation: organisation.name };
}

/** Everyone who can sign in while `DEMO` is on. All of them are invented. */
export const DEMO_USERS: readonly DemoUser[] = [
  user(SAHYADRI, { userId: "meera", name: "Meera Deshpande", role: "manager", properties: "*" }),
  user(SAHYADRI, { userId: "tomas", name: "Tomas Fernandes", role: "staff", properties: [1] }),
  user(SAHYADRI, { userId: "ishan", name: "Ishan Bhattacharya", role: "admin", properties: "*" }),
  user(LAGOON, { userId: "leela", name: "Leela Varghese", role: "manager", properties: "*" }),
];
