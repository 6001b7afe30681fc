import type { Page } from "playwright-core";
import type { ClientState } from "@/lib/client/client_types.ts";
import type { EntityName } from "@/lib/ui/records.ts";

/** What the connection pill tells, as far as tests compare it. */
export interface Facts {
  readonly state: ClientState;
  readonly role: "leader" | "follower";
  readonly transport: string;
  /** Events since the page was opened. */
  readonly received: number;
  readonly position: number;
}

/** Between two looks at a page: one that is out of sight draws no frames to look at. */
const POLL_MS = 50;

/** A page of the frame in a tab. What it shows is waited for, never slept for. */
export class Tab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async is(...states: readonly ClientState[]): Promise<void> {
    await this.page.locator(states.map((state) => `.pill-${state}`).join(", ")).waitFor();
  }

  async facts(): Promise<Facts> {
    const { state, facts } = await this.page.evaluate(() => {
      const pairs = [...document.querySelectorAll("#connection-details dl > div")].map((div) => {
        return [div.querySelector("dt")!.textContent!, div.querySelector("dd")!.textContent!] as const;
      });
      const pill = document.querySelector(".pill")!.className;
      return { state: /pill-(\w+)/.exec(pill)![1]!, facts: Object.fromEntries(pairs) };
    });
    return {
      state: state as ClientState,
      role: facts["This tab"] === "holds the connection" ? "leader" : "follower",
      transport: facts.Transport!,
      received: numberOf(facts["Events received"]!),
      position: numberOf(facts.Position!),
    };
  }

  /** Waits until everything up to this event has come. */
  async reaches(seq: number): Promise<void> {
    await this.page.waitForFunction(
      (seq) => {
        const pairs = [...document.querySelectorAll("#connection-details dl > div")];
        const position = pairs.find((div) => div.querySelector("dt")!.textContent === "Position");
        const text = position?.querySelector("dd")?.textContent ?? "";
        return Number(text.replaceAll(/\D/g, "")) >= seq;
      },
      seq,
      { polling: POLL_MS },
    );
  }

  /** The first column of a list, top first. */
  async rows(entity: EntityName = "revenue"): Promise<string[]> {
    return await this.page.locator(`[data-entity="${entity}"] [data-row] .cell-title`).allTextContents();
  }

  /**
   * Those of a test, which begin with a word of its own; waits until there are `count` at least: what has come is drawn a
   * moment later, out of sight up to a second.
   */
  async rowsOf(word: string, count = 0, entity: EntityName = "revenue"): Promise<string[]> {
    await this.page.waitForFunction(
      ({ entity, word, count }) => {
        const titles = [...document.querySelectorAll(`[data-entity="${entity}"] [data-row] .cell-title`)];
        return titles.filter((title) => title.textContent!.startsWith(word)).length >= count;
      },
      { entity, word, count },
      { polling: POLL_MS },
    );
    return (await this.rows(entity)).filter((title) => title.startsWith(word));
  }

  /** Waits until a row has this title. */
  async shows(title: string, entity: EntityName = "revenue"): Promise<void> {
    await this.page.locator(`[data-entity="${entity}"] .cell-title`).getByText(title, { exact: true })
      .first().waitFor();
  }

  /** The page is told what it is when the person comes to it. */
  async comesTo(): Promise<void> {
    await this.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  }

  /** Halts everything in the tab, as a browser does with one that is out of sight for long; or lets it go on. */
  async freeze(state: "frozen" | "active"): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send("Page.setWebLifecycleState", { state });
    await session.detach();
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

function numberOf(text: string): number {
  return Number(text.replaceAll(/\D/g, ""));
}
