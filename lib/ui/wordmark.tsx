/** The name with its sign: a door with a stream running through it. */
export function Wordmark() {
  return (
    <span class="wordmark">
      <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
        <path class="mark-door" d="M6 22a2 2 0 0 1-2-2v-9a8 8 0 0 1 16 0v9a2 2 0 0 1-2 2z" />
        <path
          class="mark-stream"
          d="M7 13.5c1.7-1.6 3.3-1.6 5 0s3.3 1.6 5 0M7 18c1.7-1.6 3.3-1.6 5 0s3.3 1.6 5 0"
        />
      </svg>
      <span class="wordmark-name">Innstream</span>
    </span>
  );
}
