revoke select (org_id, id) on properties from innstream_relay;
revoke select (org_id, property_id, valid_until) on metrics from innstream_relay;
revoke select (org_id, property_id, id, status, updated_at) on reports from innstream_relay;
drop policy derive on properties;
drop policy derive on metrics;
drop policy derive on reports;
alter table metrics drop constraint metrics_property_id_fkey,
  add constraint metrics_property_id_fkey foreign key (org_id, property_id) references properties;
alter table statistics drop constraint statistics_property_id_fkey,
  add constraint statistics_property_id_fkey foreign key (org_id, property_id) references properties;
alter table metrics drop column valid_until;
drop index revenues_occurred_at, expenses_occurred_at, guests_arrives_on, guests_departs_on, guests_in_house,
  tasks_unfinished, tasks_created_at, tasks_done, approvals_pending, reports_pending;
