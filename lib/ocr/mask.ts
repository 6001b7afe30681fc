import { isVerhoeff } from "@/lib/ocr/check_digits.ts";

/** Groups of digits that may be an Aadhaar number (12) or a virtual one (16), written together or in fours. */
const RUN = /(?<![0-9])(?:[0-9]{4}[ -]?){2,3}[0-9]{4}(?![0-9])/g;

/** The text with all but the last four digits of such numbers masked. */
export function maskDigits(text: string): string {
  return text.replaceAll(RUN, (run) => {
    const digits = run.replaceAll(/[^0-9]/g, "");
    if (!isVerhoeff(digits)) return run;
    return `${"XXXX ".repeat(digits.length / 4 - 1)}${digits.slice(-4)}`;
  });
}
