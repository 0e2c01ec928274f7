// Tracks the last event that the page has seen.

/** The page's place in the server's events. */
export type Place = {
  /** The last event seen; `null`: load a snapshot first. */
  eventId: string | null;
  /**
   * Advances to a message's event.
   * @returns the event's own id; `null` if the browser repeats the previous event's id
   */
  take(message: { lastEventId: string }): string | null;
  /**
   * Returns whether the page was behind at the last call and has seen no event since.
   * @param newest the server's newest event; `null`: unknown
   */
  staysBehind(newest: string | null, isOpen: boolean): boolean;
  /** Forgets that the page was behind. */
  catchUp(): void;
};

/** Creates the place of a page that has seen no event. */
export function createPlace(): Place {
  /** The event at which the page was behind; `null`: it was not behind. */
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
