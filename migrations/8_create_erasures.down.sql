revoke delete on idempotency_keys from innstream_app;
drop table erasures;
