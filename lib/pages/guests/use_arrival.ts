import { useEffect, useState } from "preact/hooks";
import { localDay } from "@/lib/derived/local_day.ts";
import { candidatesOf, datesOf, hintOf, noteOn, sayArrived } from "@/lib/pages/guests/arrival_words.ts";
import { arrivalBody } from "@/lib/pages/guests/arrival_body.ts";
import { checkIn, takeBack } from "@/lib/pages/guests/stay_flow.ts";
import { type RoomOffer, roomOffers } from "@/lib/pages/guests/stays.ts";
import { useStayWorld } from "@/lib/pages/guests/use_stay_world.ts";
import type { CheckInProps } from "@/lib/pages/guests/check_in.tsx";
import type { ClientRecord, RecordPage } from "@/lib/client/collection.ts";
import type { Option } from "@/lib/ui/field_spec.ts";
import { errorsByName, type Texts } from "@/lib/ui/field_values.ts";
import { useFrame } from "@/lib/ui/frame_context.ts";
import { sayProblem } from "@/lib/ui/states.tsx";
import { useAll } from "@/lib/ui/use_all.ts";
import { useRecords } from "@/lib/ui/use_records.ts";
import { useSaving } from "@/lib/ui/use_saving.ts";

/** Read when the form is opened. */
const NOTHING_YET: RecordPage = { items: [], next: null, seq: 0, epoch: "" };

export interface ArrivalForm {
  readonly guest: ClientRecord | null;
  readonly isNew: boolean;
  readonly hasPlaces: boolean;
  /** The property; null: it has yet to be chosen. */
  readonly place: number | null;
  readonly candidates: readonly Option[];
  readonly candidatesHint: string;
  readonly offers: readonly RoomOffer[];
  readonly isSharing: boolean;
  readonly isLoadingRooms: boolean;
  /** What there is to say about the room that was booked. */
  readonly wantedNote: string;
  readonly texts: Texts;
  readonly errors: Readonly<Record<string, string>>;
  readonly failure: string | null;
  readonly isSaving: boolean;
  set(name: string, value: string): void;
  setNew(on: boolean): void;
  share(on: boolean): void;
  submit(event: Event): Promise<void>;
  close(): void;
}

/** What the check-in holds, and how it is carried out. */
export function useArrival({ given, guests, rooms, onClose }: CheckInProps): ArrivalForm {
  const { now, placeOf, propertyId, toast, may, data: { properties, services } } = useFrame();
  const home = given?.propertyId ?? propertyId ?? (properties.length === 1 ? properties[0]!.id : null);
  const expected = useRecords("guest", { first: NOTHING_YET, filter: { status: "expected" } });
  useEffect(() => void expected.reload(), []);
  useAll(expected);
  const [texts, setTexts] = useState<Texts>({
    propertyId: String(home ?? ""),
    ...datesOf(given, home === null ? null : localDay(now, placeOf(home).timeZone)),
    roomId: "",
  });
  const [isNew, setNew] = useState(false);
  const [isSharing, share] = useState(false);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [heldRoomId, hold] = useState<number | null>(null);
  const own = useSaving(guests);
  const others = useSaving(expected);
  const roomSaving = useSaving(rooms);
  const place = home ?? (Number(texts.propertyId) || null);
  const today = localDay(now, placeOf(place).timeZone);
  const records = expected.rows.map(({ record }) => record).filter((record) => record.propertyId === place);
  const guest = given ?? (isNew ? null : records.find(({ id }) => String(id) === texts.guestId) ?? null);
  const isListed = guest !== null && guests.rows.some(({ record }) => record.id === guest.id);
  // Through the list of the page where it shows this guest: then it shows at once what happens.
  const world = {
    ...useStayWorld({ guests: own, rooms: roomSaving }),
    updateGuest: (id: number, changes: object) => (isListed ? own : others).update(id, changes),
  };
  const known = rooms.rows.map(({ record }) => record);
  const offers = roomOffers({
    rooms: known,
    propertyId: place,
    isSharing,
    expected: records.filter(({ arrivesOn }) => String(arrivesOn ?? "") <= today),
    guestId: guest?.id ?? null,
  });
  const wanted = known.find(({ id }) => id === guest?.roomId);
  const chosen = texts.roomId || (offers.find(({ id }) => id === wanted?.id) ? String(wanted!.id) : "");
  const isOffered = offers.some(({ id }) => String(id) === chosen) || Number(chosen) === heldRoomId;

  const set = (name: string, value: string) => {
    const chosenGuest = name === "guestId" ? records.find(({ id }) => String(id) === value) ?? null : null;
    setTexts((before) => ({
      ...before,
      ...(name === "propertyId" &&
        { guestId: "", roomId: "", ...datesOf(null, localDay(now, placeOf(Number(value)).timeZone)) }),
      ...(chosenGuest && { roomId: "", ...datesOf(chosenGuest, today) }),
      [name]: value,
    }));
    // Another guest or property is another room.
    setErrors(({ [name]: _gone, roomId, ...rest }) => {
      return roomId !== undefined && name !== "guestId" && name !== "propertyId" && name !== "roomId"
        ? { ...rest, roomId }
        : rest;
    });
  };
  const refuse = (found: Readonly<Record<string, string>>, words: string | null) => {
    setErrors(found);
    setFailure(words);
  };
  const undo = (id: number, roomId: number | null) => async () => {
    const before = guest === null
      ? { status: "expected" }
      : { status: "expected", roomId: guest.roomId, arrivesOn: guest.arrivesOn, departsOn: guest.departsOn };
    const room = roomId === null ? null : { id: roomId, status: "vacant" };
    const answer = await takeBack(world, { guestId: id, before, room });
    if (!answer.ok) {
      toast({ kind: "failed", text: `This could not be undone: ${sayProblem(answer.problem)}` });
    }
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isSaving) return;
    const roomId = isOffered ? Number(chosen) : null;
    const { plan, body, found } = arrivalBody({
      guest,
      isNew,
      texts: { ...texts, roomId: chosen },
      place,
      timeZone: placeOf(place).timeZone,
      roomId,
      needsRoom: services.includes("properties"),
    });
    if (Object.keys(found).length > 0) return refuse(found, null);
    setSaving(true);
    const takes = isSharing ? null : roomId;
    const arrived = await checkIn(world, {
      guestId: guest?.id ?? null,
      values: body,
      roomId: takes,
      heldRoomId,
    });
    setSaving(false);
    const number = known.find(({ id }) => id === roomId)?.number;
    if (!arrived.ok) {
      hold(arrived.heldRoomId);
      const told = errorsByName(plan.fields, arrived.problem.errors ?? []);
      return refuse(arrived.step === "guest" ? told : {}, sayArrived(arrived, number, known));
    }
    onClose();
    const name = String(arrived.guest?.name ?? guest?.name ?? "");
    const text = `${name} checked in${number === undefined ? "" : `, room ${number}`}`;
    const id = arrived.guest?.id ?? guest?.id;
    const canUndo = id !== undefined && may("guest", "update");
    toast({ text, ...(canUndo && { undo: () => void undo(id, takes)() }) });
  };
  const close = () => {
    if (isSaving) return;
    own.forget();
    if (heldRoomId !== null) {
      void world.updateRoom(heldRoomId, { status: "vacant" }).then((answer) => {
        const number = known.find(({ id }) => id === heldRoomId)?.number;
        if (answer.ok) return;
        toast({
          kind: "failed",
          text: `Room ${number} is still marked occupied: ${sayProblem(answer.problem)}`,
        });
      });
    }
    onClose();
  };
  return {
    guest,
    isNew,
    hasPlaces: home === null,
    place,
    candidates: candidatesOf(records),
    candidatesHint: hintOf(expected.state, records.length),
    offers,
    isSharing,
    isLoadingRooms: rooms.state === "loading",
    wantedNote: noteOn(wanted, offers),
    texts: { ...texts, roomId: chosen },
    errors,
    failure,
    isSaving,
    set,
    setNew,
    share,
    submit,
    close,
  };
}
