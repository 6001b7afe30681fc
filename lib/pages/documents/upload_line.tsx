import { useRef } from "preact/hooks";
import { ACCEPT } from "@/lib/upload/client/file_types.ts";
import type { ListedState, ListedUpload } from "@/lib/upload/client/uploads_types.ts";
import type { Uploads } from "@/lib/upload/client/uploads.ts";
import { percentOf, progressWords, uploadWords } from "@/lib/pages/documents/upload_words.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { ProgressBar } from "@/lib/ui/progress_bar.tsx";

const RUNNING: ReadonlySet<ListedState> = new Set(["connecting", "sending", "reconnecting", "offline"]);
const UNFINISHED: ReadonlySet<ListedState> = new Set([
  ...RUNNING,
  "waiting",
  "hashing",
  "paused",
  "needs_file",
  "needs_permission",
]);
const OVER: ReadonlySet<ListedState> = new Set(["complete", "failed", "cancelled", "refused"]);
const TONES: Partial<Record<ListedState, string>> = {
  complete: "good",
  failed: "bad",
  refused: "bad",
  paused: "warn",
  offline: "warn",
  reconnecting: "warn",
  needs_file: "warn",
  needs_permission: "warn",
};

/** One upload: how far it is, and what can be done about it. */
export function UploadLine({ upload, uploads }: { upload: ListedUpload; uploads: Uploads }) {
  const { key, filename, state, failure } = upload;
  const picker = useRef<HTMLInputElement>(null);
  const hasBar = UNFINISHED.has(state) || state === "finishing" || state === "checking";
  const button = (label: string, onClick: () => void, quiet = true) => (
    <button
      type="button"
      class={`button button-small${quiet ? " button-quiet" : ""}`}
      aria-label={`${label}: ${filename}`}
      onClick={onClick}
    >
      {label}
    </button>
  );
  return (
    <li class={`upload upload-${TONES[state] ?? "info"}`} data-upload={state}>
      <Icon name={state === "complete" ? "check" : failure || state === "refused" ? "alert" : "reports"} />
      <div class="upload-words">
        <bdi class="upload-name" title={filename}>{filename}</bdi>
        <span class="upload-state">{uploadWords(upload)}</span>
      </div>
      {hasBar && (
        <div class="upload-progress">
          <ProgressBar
            label={`${filename}: uploaded`}
            percent={state === "hashing" || state === "checking" ? null : percentOf(upload)}
          />
          <span class="upload-figures figure">{progressWords(upload)}</span>
        </div>
      )}
      <div class="upload-actions">
        {(RUNNING.has(state) || state === "hashing") && button("Pause", () => uploads.pause(key))}
        {state === "paused" && button("Resume", () => uploads.resume(key), false)}
        {state === "reconnecting" && button("Try now", () => uploads.retry(key))}
        {state === "failed" && failure?.again !== "no" && button(
          failure?.again === "resume" ? "Go on" : "Begin again",
          () => uploads.retry(key),
          false,
        )}
        {state === "needs_permission" && button("Allow", () => void uploads.allow(key), false)}
        {(state === "needs_file" || state === "needs_permission") && (
          <>
            <input
              ref={picker}
              type="file"
              class="hidden"
              tabIndex={-1}
              aria-label={`The file to go on with: ${filename}`}
              accept={ACCEPT}
              onChange={({ currentTarget }) => {
                const file = currentTarget.files?.[0];
                if (file) void uploads.select(key, file);
                currentTarget.value = "";
              }}
            />
            {button("Choose file", () => picker.current?.click(), state === "needs_permission")}
          </>
        )}
        {UNFINISHED.has(state)
          ? button("Cancel", () => uploads.cancel(key))
          : OVER.has(state) && button("Dismiss", () => uploads.dismiss(key))}
      </div>
    </li>
  );
}
