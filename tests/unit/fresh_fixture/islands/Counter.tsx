import { useState } from "preact/hooks";

export interface CounterProps {
  id: string;
  start: number;
}

export default function Counter({ id, start }: CounterProps) {
  const [count, setCount] = useState(start);
  return (
    <button id={id} type="button" onClick={() => setCount(count + 1)}>
      Count: {count}
    </button>
  );
}
