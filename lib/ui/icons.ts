import type { Service } from "@/lib/protocol/services.ts";

export type IconName =
  | Service
  | "alert"
  | "arrive"
  | "attach"
  | "chat"
  | "check"
  | "clock"
  | "close"
  | "copy"
  | "double-check"
  | "down"
  | "download"
  | "edit"
  | "flag"
  | "keyboard"
  | "left"
  | "moon"
  | "more"
  | "plus"
  | "pulse"
  | "reply"
  | "right"
  | "screen"
  | "search"
  | "send"
  | "sign-out"
  | "sun"
  | "terminal"
  | "trash"
  | "undo"
  | "up";

/** One path each on a grid of 24, drawn with strokes of 2 and round ends. */
export const ICONS: Readonly<Record<IconName, string>> = {
  finance: "M19 8H6a2 2 0 0 1 0-4h11v4M4 6v12a2 2 0 0 0 2 2h13a1 1 0 0 0 1-1V9a1 1 0 0 0-1-1M15.5 14h.01",
  guest: "M3 5v15M3 17h18v3M21 17v-4a3 3 0 0 0-3-3h-7v7M7 13h.01",
  staff:
    "M2.5 20v-1a5 5 0 0 1 5-5h2a5 5 0 0 1 5 5v1M12 7.5a3.5 3.5 0 1 1-7 0a3.5 3.5 0 1 1 7 0M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.4a5 5 0 0 1 3.5 4.6v1",
  tasks: "M3.5 6L5 7.5 8 4.5M3.5 12.5L5 14l3-3M3.5 19L5 20.5l3-3M12 6.5h8.5M12 13h8.5M12 19.5h8.5",
  properties:
    "M4 21V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v16M16 10h2a2 2 0 0 1 2 2v9M2 21h20M8.5 8h3M8.5 12h3M8.5 16h3",
  users:
    "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2M10.8 10a1.8 1.8 0 1 1-3.6 0a1.8 1.8 0 1 1 3.6 0M6 15.5a3 3 0 0 1 6 0M15 10h3M15 14h3",
  dashboard: "M5.2 18.5a9 9 0 1 1 13.6 0M12 14l3.5-4.5M12 14h.01",
  branding: "M12 3.5S5.5 10 5.5 14.5a6.5 6.5 0 0 0 13 0C18.5 10 12 3.5 12 3.5M9 14.5a3 3 0 0 0 3 3",
  analytics: "M4 4v14a2 2 0 0 0 2 2h14M9 16v-4M13.5 16V7M18 16v-6",
  reports: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5M9 13h6M9 17h4",
  alert: "M12 4L3 19.5h18zM12 10v4M12 16.8h.01",
  attach:
    "M19 11.5l-7.2 7.2a4.6 4.6 0 0 1-6.5-6.5L13 4.5a3 3 0 0 1 4.3 4.3L9.7 16.4a1.4 1.4 0 0 1-2-2l6.9-6.9",
  chat:
    "M6.5 4.5h11a3 3 0 0 1 3 3v6a3 3 0 0 1-3 3h-5L8 20.5v-4H6.5a3 3 0 0 1-3-3v-6a3 3 0 0 1 3-3M8 9h8M8 12.5h4.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M20.5 12a8.5 8.5 0 1 1-17 0a8.5 8.5 0 1 1 17 0M12 7.5V12l3 2",
  "double-check": "M2.5 12.5l4 4 8.5-9M11.5 15.5l1 1L21.5 7.5",
  edit: "M4 20l1-4.5L15.5 5a2 2 0 0 1 2.8 0l.7.7a2 2 0 0 1 0 2.8L8.5 19zM13.5 7l3.5 3.5",
  left: "M19 12H5.5M11 6.5L5.5 12l5.5 5.5",
  reply: "M9.5 6L4 11.5 9.5 17M4 11.5h9a7 7 0 0 1 7 7",
  send: "M4 11.8L20 4.5l-5 15.5-3.6-6.2zM11.4 13.8L20 4.5",
  copy:
    "M10.5 8.5h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2M4.5 15a1 1 0 0 1-1-1V5.5a2 2 0 0 1 2-2H14a1 1 0 0 1 1 1",
  down: "M6.5 9.5L12 15l5.5-5.5",
  moon: "M20 14.2A8.3 8.3 0 1 1 9.8 4a6.8 6.8 0 0 0 10.2 10.2z",
  right: "M5 12h13.5M13 6.5l5.5 5.5-5.5 5.5",
  screen: "M5 4h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2M8.5 20h7M12 16v4",
  "sign-out": "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 7.5l4.5 4.5-4.5 4.5M19.5 12H9.5",
  sun:
    "M16 12a4 4 0 1 1-8 0a4 4 0 1 1 8 0M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  terminal: "M5 7l5 5-5 5M12.5 17.5H19",
  up: "M12 19V5.5M6.5 11L12 5.5l5.5 5.5",
  arrive: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 7.5l4.5 4.5-4.5 4.5M14.5 12H4",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  close: "M6 6l12 12M18 6L6 18",
  flag: "M5 21V4M5 4.5c4-2.5 7 2 14 0v9.5c-7 2-10-2.5-14 0",
  keyboard:
    "M4 6h16a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 20 18H4a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 4 6M6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8",
  more:
    "M5.5 12a.5.5 0 1 1-1 0a.5.5 0 1 1 1 0M12.5 12a.5.5 0 1 1-1 0a.5.5 0 1 1 1 0M19.5 12a.5.5 0 1 1-1 0a.5.5 0 1 1 1 0",
  plus: "M12 5v14M5 12h14",
  pulse: "M2.5 12h4l3-8 5 16 3-8h4",
  search: "M17 10.5a6.5 6.5 0 1 1-13 0a6.5 6.5 0 1 1 13 0M15.3 15.3L20 20",
  trash:
    "M4 6.5h16M9 6.5V4.5a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v2M6 6.5l1 12.6a1.5 1.5 0 0 0 1.5 1.4h7a1.5 1.5 0 0 0 1.5-1.4l1-12.6M10 11v5M14 11v5",
  undo: "M8.5 5L4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-4",
};
