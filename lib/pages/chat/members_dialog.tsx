import { useState } from "preact/hooks";
import {
  askRoom,
  deleteTopic,
  type Member,
  putMember,
  removeMember,
  renameTopic,
  type RoomDetail,
} from "@/lib/pages/chat/chat_rest.ts";
import { ROOM_NAME_CHARS_MAX } from "@/lib/chat/limits.ts";
import type { RestAnswer } from "@/lib/client/rest.ts";
import { PeopleChoice } from "@/lib/pages/chat/people_choice.tsx";
import { useAsked } from "@/lib/pages/chat/use_asked.ts";
import { Avatar } from "@/lib/ui/avatar.tsx";
import { Confirm } from "@/lib/ui/confirm.tsx";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { usePageClient } from "@/lib/ui/realtime.tsx";
import { Failed, sayProblem } from "@/lib/ui/states.tsx";

export interface MembersDialogProps {
  readonly roomId: string;
  readonly propertyId: number | null;
  readonly onClose: () => void;
  readonly onGone: () => void;
}

/** Who is in a topic. Its owners say so, and what it is called; everybody else may leave. */
export function MembersDialog({ roomId, propertyId, onClose, onGone }: MembersDialogProps) {
  const { rest } = usePageClient();
  const { data: { userId } } = useFrame();
  const { value: room, problem, again } = useAsked(() => askRoom(rest, roomId), roomId);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [asking, ask] = useState<"leave" | "delete" | null>(null);
  const [isAdding, setAdding] = useState(false);
  /** Does something, says what did not work, and reads the room again. */
  const act = async (run: () => Promise<RestAnswer<object>>): Promise<boolean> => {
    setBusy(true);
    const answer = await run();
    setBusy(false);
    setFailure(answer.ok ? null : sayProblem(answer.problem));
    if (answer.ok) again();
    return answer.ok;
  };
  if (asking !== null) {
    const isLeaving = asking === "leave";
    return (
      <Confirm
        title={isLeaving ? "Leave this topic?" : "Delete this topic?"}
        text={isLeaving
          ? "You will not see what is said in it any more. An owner can take you in again."
          : "All that was said in it is gone, for everybody."}
        action={isLeaving ? "Leave" : "Delete"}
        isBusy={isBusy}
        failure={failure}
        onConfirm={async () => {
          const run = isLeaving ? () => removeMember(rest, roomId, userId) : () => deleteTopic(rest, roomId);
          if (!await act(run)) return;
          onClose();
          onGone();
        }}
        onClose={() => {
          setFailure(null);
          ask(null);
        }}
      />
    );
  }
  const members = room?.members ?? [];
  const isOwner = room?.may.manage ?? false;
  return (
    <Dialog title="Members" onClose={onClose}>
      <div class="dialog-body chat-members">
        {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
        {problem !== null && <Failed what="This could not be loaded" problem={problem} onRetry={again} />}
        {problem === null && room === null && <p class="muted" role="status">One moment…</p>}
        {room !== null && isOwner && (
          <Rename
            room={room}
            isBusy={isBusy}
            rename={(name) => act(() => renameTopic(rest, { roomId, name, version: room.version }))}
          />
        )}
        <ul class="chat-people-all">
          {members.map((member) => (
            <MemberLine
              key={member.userId}
              member={member}
              canChange={isOwner && member.userId !== userId && !isBusy}
              setRole={(role) => act(() => putMember(rest, { roomId, userId: member.userId, role }))}
              remove={() => act(() => removeMember(rest, roomId, member.userId))}
            />
          ))}
        </ul>
        {isAdding && (
          <PeopleChoice
            propertyId={propertyId}
            without={new Set(members.map((one) => one.userId))}
            chosen={new Set()}
            onToggle={(person) =>
              act(() => putMember(rest, { roomId, userId: person.userId, role: "member" }))}
          />
        )}
      </div>
      {room !== null && (
        <footer class="form-foot">
          <button type="button" class="button button-quiet button-bad" onClick={() => ask("leave")}>
            Leave
          </button>
          {isOwner && (
            <button
              type="button"
              class="button button-quiet button-bad"
              onClick={() => ask("delete")}
            >
              Delete topic
            </button>
          )}
          <span class="form-space" />
          {isOwner && !isAdding && (
            <button type="button" class="button" onClick={() => setAdding(true)}>Add people</button>
          )}
          <button type="button" class="button button-main" onClick={onClose}>Done</button>
        </footer>
      )}
    </Dialog>
  );
}

interface MemberLineProps {
  readonly member: Member;
  readonly canChange: boolean;
  readonly setRole: (role: Member["role"]) => void;
  readonly remove: () => void;
}

function MemberLine({ member: { userName, role }, canChange, setRole, remove }: MemberLineProps) {
  const isOwner = role === "owner";
  return (
    <li class="chat-person">
      <Avatar name={userName} />
      <bdi>{userName}</bdi>
      <span class="muted">{isOwner ? "owner" : ""}</span>
      {canChange && (
        <>
          <button
            type="button"
            class="button button-small button-quiet"
            aria-label={isOwner ? `Make ${userName} a member` : `Make ${userName} an owner`}
            onClick={() => setRole(isOwner ? "member" : "owner")}
          >
            {isOwner ? "Make a member" : "Make an owner"}
          </button>
          <button
            type="button"
            class="button button-small button-quiet button-bad"
            aria-label={`Remove ${userName}`}
            onClick={remove}
          >
            Remove
          </button>
        </>
      )}
    </li>
  );
}

function Rename(
  { room, isBusy, rename }: { room: RoomDetail; isBusy: boolean; rename: (name: string) => void },
) {
  const [name, setName] = useState(room.name);
  const isOther = name.trim() !== "" && name.trim() !== room.name;
  return (
    <form
      class="chat-rename"
      onSubmit={(event) => {
        event.preventDefault();
        if (isOther) rename(name.trim());
      }}
    >
      <input
        class="input"
        aria-label="Name of the topic"
        dir="auto"
        maxLength={ROOM_NAME_CHARS_MAX}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit" class="button" disabled={!isOther || isBusy}>Rename</button>
    </form>
  );
}
