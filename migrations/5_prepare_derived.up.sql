-- What the derived services read by: money by its time, stays by their days, tasks by what is left to do and by when
-- they were made and done.
create index revenues_occurred_at on revenues (org_id, property_id, occurred_at);
create index expenses_occurred_at on expenses (org_id, property_id, occurred_at);
create index guests_arrives_on on guests (org_id, property_id, arrives_on);
create index guests_departs_on on guests (org_id, property_id, departs_on, arrives_on);
create index guests_in_house on guests (org_id, property_id, arrives_on) where status = 'checked_in';
create index tasks_unfinished on tasks (org_id, property_id, due_at) where status in ('open', 'in_progress');
create index tasks_created_at on tasks (org_id, property_id, created_at);
create index tasks_done on tasks (org_id, property_id, updated_at) where status = 'done';
create index approvals_pending on approvals (org_id, property_id) where status = 'pending';
create index reports_pending on reports (updated_at) where status = 'pending';

-- Until when the figures hold if nobody writes anything: the moment that the figures name, as text of one width, so
-- that it compares like the time it is. Whatever else a program puts there is compared as text too, and does no harm.
alter table metrics add column valid_until text collate "C"
  generated always as (left(figures ->> 'validUntil', 24)) stored;
create index metrics_valid_until on metrics (valid_until);

-- A property that goes takes along what was only derived from it: else none could be removed any more.
alter table metrics drop constraint metrics_property_id_fkey,
  add constraint metrics_property_id_fkey foreign key (org_id, property_id) references properties on delete cascade;
alter table statistics drop constraint statistics_property_id_fkey,
  add constraint statistics_property_id_fkey foreign key (org_id, property_id) references properties on delete cascade;

-- The refresh looks for what time has made stale, in all organisations: places and times, no figures.
create policy derive on properties for select to innstream_relay using (true);
create policy derive on metrics for select to innstream_relay using (true);
create policy derive on reports for select to innstream_relay using (true);
grant select (org_id, id) on properties to innstream_relay;
grant select (org_id, property_id, valid_until) on metrics to innstream_relay;
grant select (org_id, property_id, id, status, updated_at) on reports to innstream_relay;
