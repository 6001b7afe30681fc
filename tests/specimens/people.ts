import type { Dice } from "@/lib/random/dice.ts";

/** Somebody who does not exist. Dates are `YYYY-MM-DD`. */
export interface Person {
  readonly surname: string;
  readonly givenNames: string;
  readonly fatherName: string;
  readonly sex: "M" | "F";
  readonly dateOfBirth: string;
  /** ICAO three letters. */
  readonly country: string;
  readonly address: readonly string[];
  readonly issuedOn: string;
  readonly expiresOn: string;
}

const SURNAMES = ["TESTWALA", "MUSTERMANN", "SPECIMENOVA", "EXEMPLAIRE", "VOORBEELD", "BEISPIEL", "KALPNIK"]
  .concat(["NAMOONA", "ESEMPIO", "PRZYKLAD", "UDAHARAN", "ORNEK", "MAKARA", "FICTA", "ZKUSEBNI"]);
const GIVEN_M = ["RAMAN", "OTTO", "JULIEN", "IVO", "KIRAN", "BASIL", "DEEPAK", "HUGO", "ZUBIN", "FELIX"];
const GIVEN_F = ["ASHA", "ERIKA", "JULIE", "OLGA", "BINDU", "QUINCY", "ZOYA", "IRIS", "SOBHA", "GISELA"];
const COUNTRIES = ["IND", "D<<", "FRA", "UTO", "GBR", "NLD", "POL", "ITA", "JPN", "BRA", "CZE", "CHN"];
const STREETS = ["12 Example Lane", "7B Sample Street", "301 Pattern Residency", "45 Model Road"];
const TOWNS = [["Nagpur", "Maharashtra", "440001"], ["Kochi", "Kerala", "682011"]]
  .concat([["Jaipur", "Rajasthan", "302001"], ["Pune", "Maharashtra", "411001"]]);

export function inventPerson(dice: Dice, country = dice.pick(COUNTRIES)): Person {
  const sex = dice.pick(["M", "F"] as const);
  const surname = dice.pick(SURNAMES);
  const given = sex === "M" ? GIVEN_M : GIVEN_F;
  const first = dice.pick(given);
  const second = dice.pick(given.filter((name) => name !== first));
  const issued = dice.whole(2019, 2024);
  const day = { month: dice.whole(1, 12), day: dice.whole(1, 28) };
  const [town, state, pin] = dice.pick(TOWNS);
  return {
    surname,
    givenNames: dice.chance(0.4) ? `${first} ${second}` : first,
    fatherName: `${dice.pick(GIVEN_M.filter((name) => name !== first && name !== second))} ${surname}`,
    sex,
    dateOfBirth: isoDate({ year: dice.whole(1945, 2004), month: dice.whole(1, 12), day: dice.whole(1, 28) }),
    country,
    address: [dice.pick(STREETS), town!, `${state} ${pin}`],
    issuedOn: isoDate({ year: issued, ...day }),
    expiresOn: isoDate({ year: issued + 10, ...day }),
  };
}

interface Day {
  year: number;
  month: number;
  day: number;
}

function isoDate({ year, month, day }: Day): string {
  return [String(year), pad(month), pad(day)].join("-");
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** `13/05/1985` */
export function indianDate(iso: string): string {
  return iso.split("-").reverse().join("/");
}

/** `13 MAY 1985`, as passports print it. */
export function passportDate(iso: string): string {
  const [year, month, day] = iso.split("-");
  const names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
  return `${day} ${names[Number(month) - 1]} ${year}`;
}

export function fullName({ givenNames, surname }: Person): string {
  return `${givenNames} ${surname}`;
}
