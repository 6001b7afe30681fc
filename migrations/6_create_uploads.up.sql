-- One row per upload, written when it begins and when it ends, never per chunk: how far it is, the stream knows.
-- `id` is also the name of the object in the bucket. No reference to the property: where one goes, the sweeper must
-- still find what its uploads left in the bucket.
create table uploads (
  id uuid primary key,
  org_id bigint not null,
  property_id bigint not null,
  guest_id bigint,
  document_type text not null check (char_length(document_type) between 1 and 60),
  filename text not null check (char_length(filename) between 1 and 255),
  mimetype text not null check (char_length(mimetype) between 1 and 127),
  filesize bigint not null check (filesize between 1 and 104857600),
  -- As declared; of a complete upload, what it is.
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  state text not null default 'receiving' check (state in ('receiving', 'complete', 'cancelled', 'refused', 'expired')),
  -- The document that it became, and the same as long as there is that document.
  document_id bigint,
  live_document_id bigint,
  created_by text not null check (char_length(created_by) between 1 and 128),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  constraint uploads_live_document_id_fkey foreign key (org_id, live_document_id) references documents (org_id, id)
    on delete set null (live_document_id)
);
create index uploads_receiving on uploads (org_id, created_by) where state = 'receiving';
create index uploads_receiving_property on uploads (org_id, property_id) where state = 'receiving';
create index uploads_day on uploads (org_id, property_id, created_at);
create index uploads_live_document on uploads (org_id, live_document_id);
create index uploads_running_out on uploads (expires_at) where state = 'receiving';
create index uploads_without_document on uploads (id) where state = 'complete' and live_document_id is null;
create index uploads_ended on uploads (ended_at) where state in ('cancelled', 'refused', 'expired');

call tenant_table('uploads');
grant select, insert, update, delete on uploads to innstream_app;

-- The sweeper looks for what has run out, in all organisations: whose and until when, no names of files.
create policy sweep on uploads for select to innstream_relay using (true);
grant select (id, org_id, state, live_document_id, created_at, expires_at, ended_at) on uploads to innstream_relay;

alter table documents
  add column upload_id uuid,
  add column stage text check (stage in ('queued', 'scanning', 'opening', 'reading', 'checking')),
  add column problem text check (problem in (
    'password_required', 'wrong_type', 'infected', 'scanner_down', 'bomb', 'unreadable', 'nothing_found',
    'number_not_found', 'took_too_long', 'took_too_much_memory', 'crashed')),
  add column kept text not null default 'original' check (kept in ('original', 'masked', 'nothing')),
  add column previews integer not null default 0 check (previews between 0 and 10),
  add column applied_at timestamptz,
  add column applied_by text check (char_length(applied_by) between 1 and 128),
  add constraint documents_upload_id_key unique (upload_id);

-- Rows of a table that was read, too large for a record that travels in events.
create table document_tables (
  org_id bigint not null,
  document_id bigint not null,
  body jsonb not null check (jsonb_typeof(body) = 'object'),
  primary key (org_id, document_id),
  constraint document_tables_document_id_fkey foreign key (org_id, document_id) references documents (org_id, id)
    on delete cascade
);
call tenant_table('document_tables');
grant select, insert, update, delete on document_tables to innstream_app;

-- How often reading a document was begun and not finished, and passwords that were tried on it: kept while either
-- matters, apart from the record, whose version they are none of.
create table document_attempts (
  org_id bigint not null,
  document_id bigint not null,
  attempts integer not null default 0,
  passwords integer not null default 0,
  passwords_since timestamptz not null default now(),
  primary key (org_id, document_id),
  constraint document_attempts_document_id_fkey foreign key (org_id, document_id) references documents (org_id, id)
    on delete cascade
);
call tenant_table('document_attempts');
grant select, insert, update, delete on document_attempts to innstream_app;

-- Who put what right, one row for each value that was changed.
create table document_corrections (
  id bigint generated always as identity primary key,
  org_id bigint not null,
  document_id bigint not null,
  field text not null check (char_length(field) between 1 and 60),
  before text check (char_length(before) <= 500),
  after text not null check (char_length(after) <= 500),
  corrected_by text not null check (char_length(corrected_by) between 1 and 128),
  corrected_at timestamptz not null default now(),
  constraint document_corrections_document_id_fkey foreign key (org_id, document_id)
    references documents (org_id, id) on delete cascade
);
create index document_corrections_document on document_corrections (org_id, document_id, id);
call tenant_table('document_corrections');
grant select, insert on document_corrections to innstream_app;

-- What a document says of a guest.
alter table guests
  add column date_of_birth date,
  add column nationality text check (nationality ~ '^[A-Z]{1,3}$'),
  add column sex text check (sex in ('M', 'F', 'X')),
  add column address text check (char_length(address) <= 500),
  add column id_type text check (id_type in (
    'aadhaar', 'passport', 'driving_license', 'pan', 'election_card', 'visa', 'image', 'csv', 'excel', 'other')),
  add column id_number text check (char_length(id_number) <= 40),
  add column id_expires_on date;
