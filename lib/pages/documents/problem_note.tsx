import { useId, useState } from "preact/hooks";
import type { ClientRecord } from "@/lib/client/collection.ts";
import type { DocumentProblem } from "@/lib/upload/document_types.ts";
import type { DocumentRest } from "@/lib/pages/documents/document_rest.ts";
import { DOCUMENT_PROBLEM_WORDS } from "@/lib/pages/documents/words.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { sayProblem } from "@/lib/ui/states.tsx";

export interface ProblemNoteProps {
  readonly document: ClientRecord;
  readonly documents: DocumentRest;
  readonly onDone: () => void;
}

/** Problems that another reading may not meet. */
const WORTH_ANOTHER: ReadonlySet<unknown> = new Set<DocumentProblem>([
  "scanner_down",
  "took_too_long",
  "took_too_much_memory",
  "crashed",
]);

/** What is wrong with a document, and the way out of it. */
export function ProblemNote({ document, documents, onDone }: ProblemNoteProps) {
  const { data: { role } } = useFrame();
  const id = useId();
  const [password, type] = useState("");
  const [failure, fail] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const problem = document.problem as DocumentProblem;
  const words = DOCUMENT_PROBLEM_WORDS[problem];
  if (words === undefined) return null;
  const isLocked = problem === "password_required";
  const mayReadAgain = WORTH_ANOTHER.has(problem) && (role === "manager" || role === "admin");
  const ask = async (asked: ReturnType<DocumentRest["unlock"]>) => {
    setBusy(true);
    const answer = await asked;
    setBusy(false);
    fail(answer.ok ? null : sayProblem(answer.problem));
    if (answer.ok) {
      type("");
      onDone();
    }
  };
  return (
    <section class={`note${isLocked ? " note-warn" : ""}`} data-problem={problem}>
      <Icon name="alert" />
      <div class="note-words">
        <h3>{words.title}</h3>
        <p>{words.text}</p>
        {failure !== null && <p class="error" role="alert">{failure}</p>}
        {isLocked && (
          <form
            class="note-form"
            onSubmit={(event) => {
              event.preventDefault();
              if (password !== "" && !isBusy) void ask(documents.unlock(document, password));
            }}
          >
            <label for={id}>Password of the PDF</label>
            <input
              id={id}
              class="input"
              type="password"
              autocomplete="off"
              value={password}
              onInput={({ currentTarget }) => type(currentTarget.value)}
            />
            <button type="submit" class="button button-main" disabled={password === "" || isBusy}>
              {isBusy ? "Opening…" : "Open it"}
            </button>
            <p class="muted">It is used once and kept nowhere.</p>
          </form>
        )}
        {mayReadAgain && (
          <button
            type="button"
            class="button"
            disabled={isBusy}
            onClick={() => void ask(documents.readAgain(document))}
          >
            {isBusy ? "One moment…" : "Read it again"}
          </button>
        )}
      </div>
    </section>
  );
}
