/** Limits of StreamInOut, shared by server, browser client and documentation. Where a number comes from the product text, it says so. */

/** Longest message, in characters. */
export const TEXT_CHARS_MAX = 4000;
/** Longest name of a topic, in characters. */
export const ROOM_NAME_CHARS_MAX = 100;
/** Longest id that a client gives its message. */
export const CLIENT_MSG_ID_CHARS_MAX = 64;
/** Largest frame accepted from a client of the chat socket: the longest text, escaped, and a ticket. */
export const CHAT_FRAME_CHARS_MAX = 32 * 1024;
/** Messages that come with joining a room (product text: last 50 messages). */
export const HISTORY_MESSAGES = 50;
/** Most messages of one page of the REST API. */
export const PAGE_MESSAGES_MAX = 100;
/** Most messages told to a client that comes back; where more have changed it gets the last HISTORY_MESSAGES. */
export const CATCH_UP_MESSAGES_MAX = 500;
/** Rooms that one socket may have joined. */
export const ROOMS_PER_SOCKET_MAX = 50;
/** Members of a topic. */
export const MEMBERS_MAX = 1000;
/** People that one message may mention. */
export const MENTIONS_MAX = 20;
/** What is quoted of a message that is replied to, in characters. */
export const QUOTE_CHARS_MAX = 200;

/** A person counts as typing this long after the last frame that said so. */
export const TYPING_MS = 6_000;
/** A client says again that somebody types after this time. */
export const TYPING_REPEAT_MS = 2_000;
/** Typists that are named; the others are counted. */
export const TYPING_NAMED_MAX = 20;
/** A person that did nothing for so long is away. */
export const IDLE_AWAY_MS = 5 * 60_000;
/** What is read is told to the others at most once in this time. */
export const RECEIPTS_MS = 500;
/** Receipts in one frame; those above it go with the next one. */
export const RECEIPTS_MAX = 1000;

/** Messages, and edits and deletions, that one person may send in a window. */
export const SENDS_MAX = 30;
export const SENDS_WINDOW_MS = 10_000;
/** The server says that it is there at least this often; a client that hears nothing for CHAT_SILENCE_MS comes back. */
export const CHAT_PING_MS = 10_000;
export const CHAT_SILENCE_MS = 25_000;
/** A client waits so long for the ack of a message, then comes back and sends it again. */
export const ACK_WAIT_MS = 5_000;

/** Frames of any kind accepted from one socket in a window of CLIENT_FRAMES_WINDOW_MS. */
export const CHAT_FRAMES_MAX = 200;
