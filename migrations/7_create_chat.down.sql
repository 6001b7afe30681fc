drop policy retention on organisations;
revoke select (id, chat_retention_days) on organisations from innstream_relay;
revoke update (chat_retention_days) on organisations from innstream_app;
alter table organisations drop column chat_retention_days;
drop view chat_receipts;
drop function chat_search(text, tsquery, bigint, integer);
drop table chat_message_reads, chat_positions, chat_mentions, chat_messages, chat_members, chat_rooms;
drop sequence chat_topics;
