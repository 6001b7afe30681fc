-- What happened that an auditor would ask about. The app adds rows and an organisation reads its own; nobody of ours
-- changes one, and none goes before its time. `count` like events happened up to `at`.
create table audit_log (
  id bigint generated always as identity primary key,
  org_id bigint not null check (org_id > 0),
  kind text not null check (char_length(kind) between 1 and 64),
  at timestamptz not null,
  count integer not null check (count > 0),
  actor text check (char_length(actor) between 1 and 128),
  client text check (char_length(client) between 1 and 64),
  target text check (char_length(target) between 1 and 200),
  detail text check (char_length(detail) between 1 and 200)
);
create index audit_log_org_id on audit_log (org_id, id);
create index audit_log_at on audit_log (at);

alter table audit_log enable row level security, force row level security;
create policy append on audit_log for insert to innstream_app with check (true);
create policy tenant on audit_log for select to innstream_app
  using (org_id = (select nullif(current_setting('app.org', true), '')::bigint));
grant insert (org_id, kind, at, count, actor, client, target, detail), select on audit_log to innstream_app;

-- Rows go after their time, and not before, whatever the app says.
create policy seen on audit_log for select to innstream_relay using (at < now() - interval '400 days');
create policy forget on audit_log for delete to innstream_relay using (at < now() - interval '400 days');
grant select (at), delete on audit_log to innstream_relay;
