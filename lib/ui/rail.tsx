import { useEffect } from "preact/hooks";
import { useUnreadOfChat } from "@/lib/ui/chat_unread.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { barPages, hrefOf, type PageInfo, type PageName, pagesFor } from "@/lib/ui/pages.ts";
import { useRealtime } from "@/lib/ui/realtime.tsx";
import { Wordmark } from "@/lib/ui/wordmark.tsx";
import type { Service } from "@/lib/protocol/services.ts";

const MORE_ID = "more-pages";
/** Larger counts say no more. */
const UNSEEN_MAX = 99;

/** The pages at the side of a wide screen, each with how much is new since it was last looked at. */
export function Rail({ page }: { page: PageName }) {
  const { data } = useFrame();
  const pages = pagesFor(data);
  const groups = [...new Set(pages.map(({ group }) => group))];
  return (
    <nav class="rail" aria-label="Pages">
      <a class="rail-home" href="/overview" aria-label="Innstream, to the overview">
        <Wordmark />
      </a>
      <div class="rail-pages">
        {groups.map((group) => (
          <ul key={group} class="rail-group">
            {pages.filter((one) => one.group === group).map((one) => (
              <li key={one.name}>
                <PageLink info={one} page={page} kind="rail" />
              </li>
            ))}
          </ul>
        ))}
      </div>
    </nav>
  );
}

/** The same at the foot of a phone: what is used most, and the rest behind "more". */
export function BottomBar({ page }: { page: PageName }) {
  const { data } = useFrame();
  const pages = pagesFor(data);
  const first = barPages(pages);
  const rest = pages.filter((info) => !first.includes(info));
  return (
    <nav class="foot" aria-label="Pages">
      {first.map((info) => <PageLink key={info.name} info={info} page={page} kind="foot" />)}
      {rest.length > 0 && (
        <>
          <button
            type="button"
            class="foot-link"
            data-current={rest.some(({ name }) => name === page) || undefined}
            popovertarget={MORE_ID}
          >
            <Icon name="more" />
            <span class="foot-label">More</span>
          </button>
          <div class="sheet" id={MORE_ID} popover="auto">
            {rest.map((info) => <PageLink key={info.name} info={info} page={page} kind="rail" />)}
          </div>
        </>
      )}
    </nav>
  );
}

interface PageLinkProps {
  readonly info: PageInfo;
  readonly page: PageName;
  readonly kind: "rail" | "foot";
}

function PageLink({ info, page, kind }: PageLinkProps) {
  const { propertyId } = useFrame();
  const { name, path, label, icon, service } = info;
  return (
    <a
      class={`${kind}-link`}
      href={hrefOf(path, propertyId)}
      aria-current={name === page ? "page" : undefined}
      data-page={name}
      title={label}
    >
      <Icon name={icon} />
      <span class={`${kind}-label`}>{label}</span>
      {service !== null && <Unseen service={service} isHere={name === page} />}
      {name === "chat" && <UnreadChat isHere={page === "chat"} />}
    </a>
  );
}

/** How much is new; on the page itself, everything has been looked at. */
function Unseen({ service, isHere }: { service: Service; isHere: boolean }) {
  const { unseen, look } = useRealtime(service);
  useEffect(() => {
    if (isHere && unseen > 0 && !document.hidden) look();
  }, [isHere, unseen]);
  return isHere ? null : <Count count={unseen} words="new" />;
}

/** The page of chat tells by itself what is unread; any other one asks. */
function UnreadChat({ isHere }: { isHere: boolean }) {
  return <Count count={useUnreadOfChat(!isHere)} words="unread" />;
}

function Count({ count, words }: { count: number; words: string }) {
  if (count === 0) return null;
  return (
    <span class="unseen">
      {count > UNSEEN_MAX ? `${UNSEEN_MAX}+` : count}
      <span class="hidden">{words}</span>
    </span>
  );
}
