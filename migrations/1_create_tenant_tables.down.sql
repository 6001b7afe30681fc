drop table reports, statistics, metrics, themes, users, tasks, leaves, schedules, employees, documents, guests,
  approvals, expenses, revenues, rooms, properties, organisations;
drop function number_property();
drop procedure tenant_table(regclass, text);
