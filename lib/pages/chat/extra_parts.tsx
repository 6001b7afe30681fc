/** What the page of chat loads when it is asked for, and not before. */
export { MembersDialog } from "@/lib/pages/chat/members_dialog.tsx";
export { ReadersDialog } from "@/lib/pages/chat/readers_dialog.tsx";
export { RecordDialog } from "@/lib/pages/chat/record_dialog.tsx";
export { RoomSearch } from "@/lib/pages/chat/room_search.tsx";
export { TopicDialog } from "@/lib/pages/chat/topic_dialog.tsx";
