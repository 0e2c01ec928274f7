/** Where in a server's events the page is. */
export type Place = {
  /** The last event seen; `null`: a snapshot must come first. */
  eventId: string | null;
  /** Goes on to a message's event. @returns the event's own id; an event without one shows that of the event before it */
  take(message: { lastEventId: string }): string | null;
  /** Returns whether the page was behind at the last call, too, and has seen nothing since. @param newest `null`: unknown */
  staysBehind(newest: string | null, isOpen: boolean): boolean;
  /** Forgets that the page was behind. */
  catchUp(): void;
};

/** Makes the place of a page that has seen nothing. */
export function createPlace(): Place {
  /** Where it was found behind; `null`: it was not. */
  let behindAt: string | null = null;
  const place: Place = {
    eventId: null,
    take({ lastEventId }) {
      if (lastEventId === "" || lastEventId === place.eventId) return null;
      place.eventId = lastEventId;
      return lastEventId;
    },
    staysBehind(newest, isOpen) {
      const at = isOpen ? place.eventId : null;
      const isBehind = at !== null && (newest === null || BigInt(newest) > BigInt(at));
      const stays = isBehind && at === behindAt;
      if (!stays) behindAt = isBehind ? at : null;
      return stays;
    },
    catchUp() {
      behindAt = null;
    },
  };
  return place;
}
