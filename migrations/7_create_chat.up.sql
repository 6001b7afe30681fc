-- Rooms in which people talk. `property-7` and `room-12` are there as soon as there is such a property, such a hotel
-- room: their row comes with the first message. `topic-3` is made by somebody, with members.
-- `last_seq` counts messages, `last_rev` whatever is said, edited or deleted: both without a gap, under the lock of
-- this row.
create table chat_rooms (
  org_id bigint not null references organisations,
  id text not null check (id ~ '^(property|room|topic)-[1-9][0-9]{0,15}$'),
  kind text not null generated always as (split_part(id, '-', 1)) stored,
  -- null: a topic of the whole organisation.
  property_id bigint,
  name text check (char_length(name) between 1 and 100),
  version integer not null default 1 check (version >= 1),
  -- Below this, retention has taken the messages.
  first_seq bigint not null default 1,
  last_seq bigint not null default 0 check (last_seq >= 0),
  last_rev bigint not null default 0 check (last_rev >= last_seq),
  last_at timestamptz,
  created_by text not null check (char_length(created_by) between 1 and 128),
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  constraint chat_rooms_name_check1 check ((kind = 'topic') = (name is not null)),
  constraint chat_rooms_property_id_fkey foreign key (org_id, property_id) references properties (org_id, id)
    on delete cascade
);
create index chat_rooms_property on chat_rooms (org_id, property_id);
create index chat_rooms_created_by on chat_rooms (org_id, created_by) where kind = 'topic';
create sequence chat_topics as bigint;

-- Who is in a topic. The other rooms admit who may see what they are about.
create table chat_members (
  org_id bigint not null,
  room_id text not null,
  user_id text not null check (char_length(user_id) between 1 and 128),
  user_name text not null check (char_length(user_name) between 1 and 200),
  role text not null default 'member' check (role in ('owner', 'member')),
  added_by text not null check (char_length(added_by) between 1 and 128),
  added_at timestamptz not null default now(),
  primary key (org_id, room_id, user_id),
  constraint chat_members_room_id_fkey foreign key (org_id, room_id) references chat_rooms (org_id, id)
    on delete cascade
);
create index chat_members_user on chat_members (org_id, user_id, room_id);

-- A deleted message stays, without what it said: no sequence has a hole.
create table chat_messages (
  id bigint generated always as identity,
  org_id bigint not null,
  room_id text not null,
  seq bigint not null check (seq >= 1),
  -- The room's revision in which it got the form that it has.
  rev bigint not null check (rev >= seq),
  user_id text not null check (char_length(user_id) between 1 and 128),
  user_name text not null check (char_length(user_name) between 1 and 200),
  text text not null check (char_length(text) <= 4000),
  client_msg_id text not null check (char_length(client_msg_id) between 1 and 64),
  at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  deleted_by text check (char_length(deleted_by) between 1 and 128),
  -- `id` of another message of the room. No foreign key: retention may take that one first.
  reply_to bigint,
  link_entity text check (link_entity in ('task', 'guest', 'room', 'document')),
  link_id bigint,
  mentions text[] not null default '{}' check (cardinality(mentions) <= 20),
  -- With the room as one more word, which no text has: a search looks at no other room's messages.
  words tsvector not null generated always as (
    to_tsvector('simple', text) || array_to_tsvector(array[org_id::text || ' ' || room_id])) stored,
  primary key (org_id, room_id, seq),
  constraint chat_messages_id_key unique (org_id, id),
  constraint chat_messages_rev_key unique (org_id, room_id, rev),
  -- For ever: a message that is sent again, however late, is the one that is there.
  constraint chat_messages_client_msg_id_key unique (org_id, room_id, user_id, client_msg_id),
  constraint chat_messages_link_check check ((link_entity is null) = (link_id is null)),
  constraint chat_messages_deleted_check check (
    deleted_at is null or (text = '' and link_id is null and cardinality(mentions) = 0)),
  constraint chat_messages_room_id_fkey foreign key (org_id, room_id) references chat_rooms (org_id, id)
    on delete cascade
);
create index chat_messages_words on chat_messages using gin (words);
create index chat_messages_at on chat_messages (org_id, room_id, at);

-- Who was mentioned where, as long as the message is there: counts what of it is unread.
create table chat_mentions (
  org_id bigint not null,
  user_id text not null,
  room_id text not null,
  seq bigint not null,
  primary key (org_id, user_id, room_id, seq),
  constraint chat_mentions_seq_fkey foreign key (org_id, room_id, seq)
    references chat_messages (org_id, room_id, seq) on delete cascade
);
create index chat_mentions_message on chat_mentions (org_id, room_id, seq);

-- How far somebody is in a room. Neither ever goes back.
create table chat_positions (
  org_id bigint not null,
  room_id text not null,
  user_id text not null check (char_length(user_id) between 1 and 128),
  user_name text not null check (char_length(user_name) between 1 and 200),
  read_seq bigint not null default 0 check (read_seq >= 0),
  delivered_seq bigint not null default 0 check (delivered_seq >= read_seq),
  primary key (org_id, room_id, user_id),
  constraint chat_positions_room_id_fkey foreign key (org_id, room_id) references chat_rooms (org_id, id)
    on delete cascade
);
create index chat_positions_user on chat_positions (org_id, user_id, room_id) include (read_seq);

-- What somebody has read, and when: one row for each step ahead, not for each message.
create table chat_message_reads (
  org_id bigint not null,
  room_id text not null,
  user_id text not null,
  from_seq bigint not null check (from_seq >= 1),
  to_seq bigint not null check (to_seq >= from_seq),
  read_at timestamptz not null default date_trunc('milliseconds', clock_timestamp()),
  primary key (org_id, room_id, user_id, to_seq),
  constraint chat_message_reads_room_id_fkey foreign key (org_id, room_id) references chat_rooms (org_id, id)
    on delete cascade
);
create index chat_message_reads_seq on chat_message_reads (org_id, room_id, to_seq);

call tenant_table('chat_rooms');
call tenant_table('chat_members');
call tenant_table('chat_messages');
call tenant_table('chat_mentions');
call tenant_table('chat_positions');
call tenant_table('chat_message_reads');
grant select, insert, update, delete on
  chat_rooms, chat_members, chat_messages, chat_mentions, chat_positions, chat_message_reads
  to innstream_app;
grant usage on sequence chat_topics to innstream_app;

-- The latest messages of a room with these words, as their `seq`, the latest first. PostgreSQL uses no index for @@
-- below a policy that it must check first (the operator is not leakproof), so this one function reads as the owner,
-- whom the policy `search` lets see all messages, and compares the organisation itself.
create policy search on chat_messages for select to current_user using (true);
create function chat_search(room text, asked tsquery, before bigint, most integer) returns setof bigint
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
-- How rare the words are decides between their index and the room's last messages.
set plan_cache_mode = force_custom_plan
as $$
declare
  org bigint := nullif(current_setting('app.org', true), '')::bigint;
  wanted tsquery := quote_literal(org::text || ' ' || room)::tsquery && asked;
begin
  -- No word would be every message.
  if numnode(asked) = 0 then
    return;
  end if;
  return query
    select m.seq from chat_messages m
    where m.org_id = org and m.room_id = room and m.seq < before and m.words @@ wanted
    order by m.seq desc limit most;
end
$$;
revoke execute on function chat_search(text, tsquery, bigint, integer) from public;
grant execute on function chat_search(text, tsquery, bigint, integer) to innstream_app;

-- One row for each message and person that has read it. Nobody reads what they said themselves.
create view chat_receipts with (security_invoker = true) as
  select m.org_id, m.room_id, m.seq, m.id as message_id, r.user_id, r.read_at
  from chat_messages m
  join chat_message_reads r
    on r.org_id = m.org_id and r.room_id = m.room_id and m.seq between r.from_seq and r.to_seq
      and r.user_id <> m.user_id;
grant select on chat_receipts to innstream_app;

-- A hotel room that goes to another property takes its conversation along.
create function chat_follows_room() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  update chat_rooms set property_id = new.property_id where org_id = new.org_id and id = 'room-' || new.id;
  return null;
end
$$;
create trigger chat_follows_room after update of property_id on rooms for each row
  when (old.property_id is distinct from new.property_id) execute function chat_follows_room();

-- How long what was said is kept; null: for ever.
alter table organisations add column chat_retention_days integer check (chat_retention_days between 1 and 3650);
grant update (chat_retention_days) on organisations to innstream_app;
create policy retention on organisations for select to innstream_relay using (true);
grant select (id, chat_retention_days) on organisations to innstream_relay;
