import { useCallback, useMemo, useState } from "preact/hooks";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import { placesWords } from "@/lib/pages/users/places.ts";
import { ROLE_OPTIONS, roleLabel } from "@/lib/pages/users/roles.ts";
import { RoleTable } from "@/lib/pages/users/role_table.tsx";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { FilterSelect } from "@/lib/ui/filter_select.tsx";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { Icon } from "@/lib/ui/icon.tsx";
import { PageHead } from "@/lib/ui/page_head.tsx";
import type { Column } from "@/lib/ui/record_line.tsx";
import { RecordTable } from "@/lib/ui/record_table.tsx";
import type { RecordRow } from "@/lib/ui/records.ts";
import { SearchField } from "@/lib/ui/search_field.tsx";
import { Empty } from "@/lib/ui/states.tsx";
import { Tag } from "@/lib/ui/tag.tsx";
import { useEditor } from "@/lib/ui/use_editor.tsx";
import { useLate } from "@/lib/ui/use_late.ts";
import { useRecords } from "@/lib/ui/use_records.ts";

/** What the page of users is given. Plain JSON. */
export interface UsersData {
  readonly first: RecordPage;
}

const STATES = [{ value: "true", label: "Active" }, { value: "false", label: "Inactive" }];

/** Who works here, and what they may do. */
export function Users({ first }: UsersData) {
  const { may, data: { properties, userId } } = useFrame();
  const [query, search] = useState("");
  const asking = useLate(query.trim());
  const [role, narrowRole] = useState("");
  const [active, narrowActive] = useState("");
  const filter = {
    ...(role !== "" && { role }),
    ...(active !== "" && { active }),
    ...(asking !== "" && { q: asking }),
  };
  const records = useRecords("user", { first, filter });
  const places = properties.map(({ id, name }) => ({ value: String(id), label: name }));
  const editor = useEditor({
    entity: "user",
    noun: "user",
    records,
    fields: fieldsOf(places),
    fresh: { role: "staff", properties: "*", active: true },
  });
  const mayEdit = may("user", "update");
  const columns = useMemo((): readonly Column[] => [
    {
      name: "name",
      label: "Name",
      phone: "title",
      cell: ({ name, login }) => (
        <>
          <bdi>{String(name)}</bdi>
          <span class="cell-beside">
            <bdi>{String(login)}</bdi>
            {login === userId && ", you"}
          </span>
        </>
      ),
    },
    { name: "email", label: "E-mail", wide: true, cell: ({ email }) => <bdi>{String(email ?? "")}</bdi> },
    { name: "role", label: "Role", cell: ({ role }) => roleLabel(role) },
    {
      name: "properties",
      label: "Properties",
      cell: ({ properties: places }) => <bdi>{placesWords(places, properties)}</bdi>,
    },
    {
      name: "active",
      label: "Status",
      phone: "aside",
      cell: ({ active }) => active ? <Tag state="active" /> : <Tag state="inactive" />,
    },
  ], [properties, userId]);
  const actions = useCallback(({ record, pending }: RecordRow) => {
    // Whoever switched themselves off could not switch themselves on again.
    if (record.id < 0 || record.login === userId) return null;
    const isActive = record.active === true;
    return (
      <button
        type="button"
        class="button button-small button-quiet"
        disabled={pending !== null}
        onClick={() => editor.change(record, { active: !isActive }, saysOf(record, isActive))}
      >
        {isActive ? "Deactivate" : "Activate"}
      </button>
    );
  }, [userId]);
  const isNarrowed = query !== "" || role !== "" || active !== "";
  return (
    <>
      <PageHead title="Users">
        {may("user", "create") && (
          <button
            type="button"
            class="button button-main script-only"
            data-new
            onClick={() => editor.create()}
          >
            <Icon name="plus" />Add user
          </button>
        )}
      </PageHead>
      <RoleTable isReadOnly={!mayEdit} />
      <div class="toolbar">
        <SearchField label="Search users" value={query} onChange={search} />
        <FilterSelect
          label="Role"
          value={role}
          all="All roles"
          options={ROLE_OPTIONS}
          onChange={narrowRole}
        />
        <FilterSelect
          label="Status"
          value={active}
          all="Active and inactive"
          options={STATES}
          onChange={narrowActive}
        />
      </div>
      <RecordTable
        entity="user"
        label="Users"
        columns={columns}
        records={records}
        onOpen={mayEdit ? editor.edit : undefined}
        actions={mayEdit ? actions : undefined}
        empty={isNarrowed
          ? (
            <Empty
              icon="search"
              title="Nobody found"
              text="Nobody has these words, this role and this status."
            />
          )
          : (
            <Empty icon="users" title="Nobody yet" text="Who works here, and what they may do, stands here.">
              {may("user", "create") && (
                <button
                  type="button"
                  class="button script-only"
                  onClick={() => editor.create()}
                >
                  Add the first user
                </button>
              )}
            </Empty>
          )}
      />
      {editor.form}
    </>
  );
}

function saysOf({ name }: ClientRecord, isActive: boolean): string {
  return `${name} is ${isActive ? "inactive" : "active"} now`;
}

function fieldsOf(places: NonNullable<FieldSpec["options"]>): readonly FieldSpec[] {
  return [
    { name: "name", label: "Name", kind: "text", half: true },
    {
      name: "login",
      label: "Login",
      kind: "text",
      half: true,
      hint: "As the identity provider has it; it stays.",
    },
    { name: "email", label: "E-mail", kind: "email" },
    { name: "role", label: "Role", kind: "cards", options: ROLE_OPTIONS },
    { name: "properties", label: "Properties", kind: "places", options: places },
    { name: "active", label: "Active", kind: "flag" },
  ];
}
