-- Tokens that are not accepted any more: one by its id, or all that a person had at `revoked_at`. Rows go when no
-- token that they concern can be alive.
create table revocations (
  org_id bigint not null,
  -- `token/<jti>` or `user/<user id>`
  subject text not null check (char_length(subject) between 6 and 200),
  revoked_at timestamptz not null,
  revoked_by text not null check (char_length(revoked_by) between 1 and 128),
  primary key (org_id, subject)
);
create index revocations_revoked_at on revocations (revoked_at);

call tenant_table('revocations');
grant select, insert, update on revocations to innstream_app;

-- Every instance knows those of all organisations.
create policy sweep on revocations to innstream_relay using (true);
grant select, delete on revocations to innstream_relay;
