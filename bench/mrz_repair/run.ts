/**
 * Reads zones of invented documents with 0 to 3 characters misread, as engines misread them, and counts how many
 * fields come out right, ask for a look, or are silently wrong. `--documents N` of each format, `--issuer IND`.
 */
import { parseArgs } from "node:util";
import { MRZ_FORMATS } from "@/lib/ocr/mrz/layouts.ts";
import { readMrz } from "@/lib/ocr/mrz/read_mrz.ts";
import { Dice } from "@/lib/random/dice.ts";
import { asRead, misread, specimen, TODAY, type Verdict, verdicts } from "@/tests/unit/ocr_mrz_kit.ts";

const MISREAD_MAX = 3;
const SEED = 7;

type Tally = Record<string, Record<Verdict, number>>;

export function main(args: string[]): Promise<number> {
  const options = { documents: { type: "string", default: "500" }, issuer: { type: "string" } } as const;
  const { values } = parseArgs({ args, options });
  const formats = values.issuer === undefined ? MRZ_FORMATS : ["TD3"] as const;
  for (let count = 0; count <= MISREAD_MAX; count++) {
    const dice = new Dice(SEED + count);
    const tally: Tally = {};
    let unread = 0;
    for (let n = 0; n < Number(values.documents); n++) {
      for (const format of formats) {
        let document = specimen(dice, format);
        while (values.issuer !== undefined && document.truth.issuer !== values.issuer) {
          document = specimen(dice, format);
        }
        const zone = readMrz(asRead(misread(dice, document.lines, count)), { today: TODAY });
        if (zone === undefined) unread++;
        else add(tally, verdicts(document.truth, zone.fields));
      }
    }
    console.log(`${count} characters misread; ${unread} zones not read`);
    console.table(tally);
  }
  return Promise.resolve(0);
}

function add(tally: Tally, verdicts: ReadonlyMap<string, Verdict>): void {
  for (const [name, verdict] of verdicts) {
    tally[name] ??= { right: 0, flagged: 0, wrong: 0 };
    tally[name][verdict]++;
  }
}
