-- Events on their way to JetStream, written in the transaction of what they tell about. The app role may only add
-- rows for its organisation; the relay role, which it must ask for by SET LOCAL ROLE, sees those of all.
create table outbox (
  id uuid primary key,
  org_id bigint not null,
  subject text not null check (char_length(subject) between 1 and 255),
  payload text not null check (octet_length(payload) between 2 and 49152),
  created_at timestamptz not null default now(),
  seq bigint,
  published_at timestamptz
);

create index outbox_unpublished on outbox (created_at, id) where seq is null;
create index outbox_published on outbox (published_at) where published_at is not null;

alter table outbox enable row level security, force row level security;
create policy tenant on outbox for insert
  with check (org_id = (select nullif(current_setting('app.org', true), '')::bigint));
create policy relay on outbox to innstream_relay using (true);

grant insert (id, org_id, subject, payload, created_at) on outbox to innstream_app;
grant select, delete, update (seq, published_at) on outbox to innstream_relay;
