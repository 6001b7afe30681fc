// The drill that is over soonest; `deno task drills` makes them all.
import assert from "node:assert/strict";
import { openHouse } from "../../ops/drills/house.ts";
import { DRILLS, openScene, runDrill } from "../../ops/drills/run.ts";
import { programOr } from "../harness/programs.ts";

const QUICK = "InnstreamNatsDisconnected";
const prometheus = programOr("prometheus", "no drill is made");

Deno.test({
  name: "drills - NATS that is killed is an alert, which is over when it is back",
  ignore: prometheus === undefined,
  async fn() {
    const house = await openHouse({ prometheus: prometheus!, log: () => {} });
    try {
      const scene = await openScene(house);
      const drill = DRILLS.find(({ alert }) => alert === QUICK)!;
      const outcomes = await runDrill(scene, drill);
      assert.deepEqual(
        outcomes.map((
          { alert, firedS, clearedS, failed },
        ) => [alert, Boolean(firedS), Boolean(clearedS), failed]),
        [[QUICK, true, true, undefined]],
      );
    } finally {
      await house.stop();
    }
  },
});
