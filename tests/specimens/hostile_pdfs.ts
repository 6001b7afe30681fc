import type { Hostile } from "./hostile.ts";
import { pdf } from "./pdf.ts";

const PAGES = 10_000;
const NESTING = 50_000;
/** Points; a page may be 14,400 wide by the standard. */
const HUGE_POINTS = 2_000_000_000;

export function hostilePdfs(): Hostile[] {
  const lines = ["Nothing to see"];
  const script = "<</S/JavaScript/JS(app.alert\\(1\\);while\\(true\\){})>>";
  const files: [string, Uint8Array<ArrayBuffer>, Hostile["stop"], Hostile["problems"]][] = [
    ["PDF with JavaScript", pdf({ lines, catalogue: `/OpenAction ${script}` }), "harmless", [
      "nothing_found",
    ]],
    [
      "PDF that starts a program",
      pdf({ lines, catalogue: "/OpenAction<</S/Launch/F(sh)>>" }),
      "harmless",
      ["nothing_found"],
    ],
    [
      "PDF of 10,000 pages",
      pdf({ lines, kids: { list: "3 0 R ".repeat(PAGES), count: PAGES } }),
      "read",
      ["bomb", "nothing_found"],
    ],
    [
      "PDF that says it has 2,000,000,000 pages",
      pdf({ lines, kids: { list: "3 0 R", count: HUGE_POINTS } }),
      "read",
      ["bomb", "unreadable", "nothing_found"],
    ],
    [
      "PDF whose page tree holds itself",
      pdf({ lines, kids: { list: "2 0 R 3 0 R", count: 2 } }),
      "read",
      ["unreadable", "nothing_found"],
    ],
    [
      "PDF with a huge page",
      pdf({ lines, page: `/MediaBox[0 0 ${HUGE_POINTS} ${HUGE_POINTS}]` }),
      "read",
      ["bomb", "unreadable", "nothing_found"],
    ],
    [
      "PDF of objects deep in one another",
      pdf({ lines, more: [`${"[".repeat(NESTING)}${"]".repeat(NESTING)}`], catalogue: "/Deep 7 0 R" }),
      "read",
      ["unreadable", "nothing_found"],
    ],
    ["PDF with a password nobody knows", pdf({ lines, password: "X9-unknown" }), "read", [
      "password_required",
    ]],
  ];
  return files.map(([name, bytes, stop, problems]) => ({
    name,
    mediaType: "application/pdf",
    bytes,
    stop,
    problems,
  }));
}
