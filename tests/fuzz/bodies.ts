import { CHANGES, SAMPLES } from "../integration/resources_fixture.ts";
import { type Org, otherOrg } from "./markers.ts";
import { ownId, ownTopic, uploadIdOf } from "./plant.ts";

/** Bodies that a route understands, before anything is done to them. */
export async function bodiesOf(
  org: Org,
): Promise<Readonly<Record<string, readonly Record<string, unknown>[]>>> {
  const other = ownId(otherOrg(org));
  const samples = await Promise.all(Object.values(SAMPLES).map((sample) => sample(() => Promise.resolve(1))));
  const ofOther = samples.map((body) => {
    return Object.fromEntries(
      Object.entries(body).map(([name, value]) => [name, /Id$/.test(name) ? other : value]),
    );
  });
  const link = { entity: "guest", id: other };
  return {
    record: [...samples, ...ofOther],
    change: Object.values(CHANGES).map((change) => ({ version: 1, ...change })),
    signIn: [{ user: "meera", next: "/overview" }, { user: "nobody" }],
    revoke: [{ userId: "u9" }, { userId: "u1" }, { userId: "u2" }, { jti: "t1" }, {}],
    flags: [{ REALTIME_STREAMING_V2: false }, { REALTIME_ROLLOUT_PERCENT: 0 }, {
      [`LONG_POLL_TASKS`]: false,
    }],
    retention: [{ days: 30 }, { days: null }],
    topic: [{ name: "Roof", propertyId: 1, members: ["u2", "u9"] }, { name: "All", members: ["u1"] }],
    rename: [{ name: "Cellar", version: 1 }],
    member: [{ role: "owner" }, { role: "member" }],
    message: [
      { text: "Good morning", clientMsgId: "shared-message" },
      { text: "Have you seen this", clientMsgId: "other", replyTo: other, link, mentions: ["u1", "u9"] },
      { text: "And that", link: { entity: "task", id: 1 }, roomId: ownTopic(otherOrg(org)) },
    ],
    correction: [{ version: 1, fields: { name: "ROHAN" } }, { version: 1, guestId: other }],
    apply: [{ version: 1, guestId: 1, guestVersion: 1, fields: ["name"] }, {
      version: 1,
      guestId: other,
      guestVersion: 1,
      fields: ["name"],
    }],
    import: [{ version: 1, rows: [0, 1] }],
    password: [{ password: "1234" }],
    form: [
      { propertyId: 1, documentType: "passport", guestId: 1, filesize: 20 },
      { propertyId: 1, documentType: "passport", guestId: other, filesize: 20 },
      { propertyId: 2, documentType: "other", uploadId: uploadIdOf(otherOrg(org), 2) },
    ],
  };
}

/** Fields that no body has, and that would widen what is written if they counted. */
export const EXTRA_FIELDS = [
  "orgId",
  "org_id",
  "organisation",
  "id",
  "createdBy",
  "created_by",
  "propertyId",
  "property_id",
  "version",
  "userId",
  "roomId",
  "guestId",
  "__proto__",
  "constructor",
] as const;
