-- Guests whose data were to be erased, and how far that has come. Ids alone: nothing here says who they were.
create table erasures (
  org_id bigint not null,
  guest_id bigint not null,
  property_id bigint not null,
  document_ids bigint[] not null,
  upload_ids uuid[] not null,
  requested_by text not null check (char_length(requested_by) between 1 and 128),
  requested_at timestamptz not null default now(),
  -- null: something is left to be done.
  done_at timestamptz,
  primary key (org_id, guest_id)
);
create index erasures_pending on erasures (requested_at) where done_at is null;

call tenant_table('erasures');
grant select, insert, update (done_at) on erasures to innstream_app;

-- The sweeper looks for those of all organisations that are not done.
create policy sweep on erasures for select to innstream_relay using (true);
grant select on erasures to innstream_relay;

-- Answers that are kept for repeated requests hold the record as it was.
grant delete on idempotency_keys to innstream_app;
