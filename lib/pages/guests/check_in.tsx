import { useEffect, useRef } from "preact/hooks";
import { PERSON_FIELDS, STAY_FIELDS } from "@/lib/pages/guests/guest_fields.ts";
import { RoomChoice } from "@/lib/pages/guests/room_choice.tsx";
import { useArrival } from "@/lib/pages/guests/use_arrival.ts";
import type { ClientRecord } from "@/lib/client/collection.ts";
import { Dialog } from "@/lib/ui/dialog.tsx";
import { Field } from "@/lib/ui/field.tsx";
import type { FieldSpec } from "@/lib/ui/field_spec.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import type { Records } from "@/lib/ui/records.ts";

export interface CheckInProps {
  /** Who is checked in; null: that is chosen here. */
  readonly given: ClientRecord | null;
  /** The list of the page, which is to show what happens. */
  readonly guests: Records;
  readonly rooms: Records;
  readonly onClose: () => void;
}

/** The check-in: who, from when to when, and in which room. */
export function CheckIn(props: CheckInProps) {
  const { data: { properties, services } } = useFrame();
  const arrival = useArrival(props);
  const { guest, isNew, texts, errors, failure, isSaving, place, set, submit, close } = arrival;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("select, input:checked, input:not([type=radio])")?.focus();
  }, []);
  const field = (spec: FieldSpec) => (
    <Field
      key={spec.name}
      spec={spec}
      value={texts[spec.name] ?? ""}
      error={errors[spec.name]}
      isRequired={spec.name === "name"}
      isOptional={isNew && (spec.name === "email" || spec.name === "phone")}
      onChange={(value) => set(spec.name, value)}
    />
  );
  return (
    <Dialog title={props.given ? `Check in ${props.given.name}` : "Check in"} onClose={close}>
      <form class="form" ref={form} noValidate onSubmit={submit}>
        {failure !== null && <p class="form-failure" role="alert">{failure}</p>}
        <div class="form-fields">
          {props.given === null && arrival.hasPlaces &&
            field({
              name: "propertyId",
              label: "Property",
              kind: "property",
              options: properties.map(({ id, name }) => ({ value: String(id), label: name })),
            })}
          {props.given === null && place !== null && (
            <>
              <fieldset class="field segments">
                <legend class="hidden">Who arrives</legend>
                <Segment label="Expected guest" isOn={!isNew} onChoose={() => arrival.setNew(false)} />
                <Segment label="New guest" isOn={isNew} onChoose={() => arrival.setNew(true)} />
              </fieldset>
              {isNew ? PERSON_FIELDS.map(field) : field({
                name: "guestId",
                label: "Guest",
                kind: "reference",
                options: arrival.candidates,
                hint: arrival.candidatesHint,
              })}
            </>
          )}
          {place !== null && STAY_FIELDS.map((spec) => {
            const booked = guest?.arrivesOn;
            const isOther = spec.name === "arrivesOn" && typeof booked === "string" &&
              booked !== texts.arrivesOn;
            return field(isOther ? { ...spec, hint: `Booked for ${booked}` } : spec);
          })}
          {place !== null && services.includes("properties") && <RoomChoice arrival={arrival} />}
        </div>
        <footer class="form-foot">
          <span class="form-space" />
          <button type="button" class="button" disabled={isSaving} onClick={close}>Cancel</button>
          <button type="submit" class="button button-main" disabled={isSaving || place === null}>
            {isSaving ? "Checking in…" : "Check in"}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function Segment({ label, isOn, onChoose }: { label: string; isOn: boolean; onChoose: () => void }) {
  return (
    <label class="segment">
      <input type="radio" name="who" checked={isOn} onChange={onChoose} />
      {label}
    </label>
  );
}
