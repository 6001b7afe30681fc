revoke select (id) on organisations from innstream_relay;
drop policy ids on organisations;
drop table flag_changes;
