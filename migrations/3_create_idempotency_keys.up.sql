-- Answers already given to requests with an Idempotency-Key. `status` and `body` are written in the transaction that
-- did the work, so a committed row always has them. Rows live 24 h; the relay role sweeps those of all organisations.
create table idempotency_keys (
  org_id bigint not null,
  user_id text not null check (char_length(user_id) between 1 and 128),
  key text not null check (char_length(key) between 1 and 200),
  request_hash text not null check (char_length(request_hash) = 64),
  status smallint,
  body text,
  created_at timestamptz not null default now(),
  primary key (org_id, user_id, key)
);

create index idempotency_keys_created_at on idempotency_keys (created_at);

call tenant_table('idempotency_keys');
create policy sweep on idempotency_keys to innstream_relay using (true);

grant select, insert, update on idempotency_keys to innstream_app;
grant select (created_at), delete on idempotency_keys to innstream_relay;
