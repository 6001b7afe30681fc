import type { ArrivalForm } from "@/lib/pages/guests/use_arrival.ts";
import type { RoomOffer } from "@/lib/pages/guests/stays.ts";
import { hrefOf } from "@/lib/ui/pages.ts";

/** The rooms that can be had, as tiles to choose one of. */
export function RoomChoice({ arrival }: { arrival: ArrivalForm }) {
  const { offers, isSharing, isLoadingRooms, texts, errors, place, wantedNote } = arrival;
  const error = errors.roomId;
  return (
    <fieldset class="field" data-field="roomId" aria-describedby="field-roomId-below">
      <legend class="room-legend">
        Room
        <label class="room-share">
          <input
            type="checkbox"
            checked={isSharing}
            onChange={(event) => arrival.share(event.currentTarget.checked)}
          />
          Joins guests who are there
        </label>
      </legend>
      {offers.length > 0 && (
        <div class="room-offers">
          {offers.map((offer) => (
            <Offer
              key={offer.id}
              offer={offer}
              isChosen={texts.roomId === String(offer.id)}
              onChoose={() => arrival.set("roomId", String(offer.id))}
            />
          ))}
        </div>
      )}
      {offers.length === 0 && !isLoadingRooms && (
        <p class="room-none">
          {isSharing ? "No room is occupied here." : "No room is free here."}{" "}
          <a href={hrefOf("/rooms", place)}>See the rooms</a>
        </p>
      )}
      <p id="field-roomId-below" class={error === undefined ? "field-hint" : "field-error"}>
        {error ?? wantedNote}
      </p>
    </fieldset>
  );
}

function Offer(
  { offer, isChosen, onChoose }: { offer: RoomOffer; isChosen: boolean; onChoose: () => void },
) {
  const { number, kind, keptFor } = offer;
  return (
    <label class="room-offer">
      <input type="radio" name="roomId" checked={isChosen} onChange={onChoose} />
      <bdi class="room-number">{number}</bdi>
      <span class="room-words">{kind}</span>
      {keptFor !== null && (
        <span class="room-kept" title={`Booked for ${keptFor}`}>
          for <bdi>{keptFor}</bdi>
        </span>
      )}
    </label>
  );
}
