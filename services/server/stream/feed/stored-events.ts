// Sends the stored events, each after the one before it.

import { withDeadline } from "../../../../shared/clock.ts";
import { inTransaction, type Sql, smallAnswerMs, type Transaction } from "../../../../shared/database/sql.ts";
import type { Log } from "../../../../shared/process/log.ts";
import { lookUpEvent, type Marks, readEventsAfter, readMarks } from "../../store/events.ts";
import type { Broadcast } from "../broadcast.ts";
import { type Frame, storedFrame } from "../frames.ts";
import { setBackReason } from "../resume.ts";
import type { EventMessage } from "./channel-messages.ts";

type StoredEventsParts = { sql: Sql; broadcast: Pick<Broadcast, "send" | "resetAll">; log: Log };

/** The events that PostgreSQL holds, and how many of them were sent. */
export type StoredEvents = {
  /** Id of the last event that was sent; `null` before the first query. */
  readonly position: bigint | null;
  /** Returns whether PostgreSQL held this id, or a higher one, at the last look-up. */
  isKnown(eventId: bigint): boolean;
  isNext(eventId: bigint): boolean;
  hasPassed(eventId: bigint): boolean;
  /** Sends the event that follows the last one. */
  send(frame: Frame): void;
  /** Sends all events stored after the last one. The first call only reads the position. */
  sendMissed(): Promise<void>;
  /** Returns whether an event is stored, or was before its row changed again. */
  mayHold(message: EventMessage): Promise<boolean>;
};

const pageRows = 1_000;
/** Time limit for a query on the live path, in ms; the pool then opens a new connection. */
const deadlineMs = 10_000;

/**
 * Creates the reader that sends stored events after the last one sent.
 *
 * When a backup or failover set the database back, all streams get a reset and end. There are two signs: a timeline
 * that begins above the last sent event (see `services/worker/store/event-id-guard.ts`), or a newest event below it.
 * The marks are read after each page and before that page is sent, so no event of a new timeline is sent before the
 * reset.
 */
export function createStoredEvents({ sql, broadcast, log }: StoredEventsParts): StoredEvents {
  let position: bigint | null = null;
  /** The highest id that a look-up found. */
  let known = 0n;

  const read = <T>(work: (tx: Transaction) => Promise<T>) => withDeadline(inTransaction(sql, work), deadlineMs);

  /** Sends one page. @returns whether there may be more */
  async function sendPage(after: bigint): Promise<boolean> {
    const { events, marks } = await read(async (tx) => ({
      events: await readEventsAfter(tx, after, pageRows),
      marks: await readMarks(tx),
    }));
    if (isSetBack(marks, after)) {
      beginAgain(marks, after);
      return true;
    }
    for (const event of events) {
      position = BigInt(event.eventId);
      broadcast.send(storedFrame(event));
    }
    return events.length === pageRows;
  }

  function beginAgain(marks: Marks, sent: bigint): void {
    position = sent < marks.timeline ? marks.timeline : marks.newest;
    known = 0n;
    log.warn("the database was set back; streams begin again", {
      code: "database_set_back",
      sent: String(sent),
      from: String(position),
    });
    broadcast.resetAll(setBackReason, position);
  }

  return {
    get position() {
      return position;
    },
    isKnown: (eventId) => eventId <= known,
    isNext: (eventId) => position !== null && eventId === position + 1n,
    hasPassed: (eventId) => position !== null && eventId <= position,
    send(frame) {
      position = frame.eventId;
      broadcast.send(frame);
    },
    async sendMissed() {
      if (position === null) {
        position = (await read(readMarks)).newest;
        return;
      }
      while (await sendPage(position));
    },
    async mayHold({ stationId, data, eventId }) {
      const { timestamp }: { timestamp: string } = JSON.parse(data);
      const found = await withDeadline(lookUpEvent(sql, stationId, timestamp, eventId), smallAnswerMs);
      if (found.isHeld) known = found.newest;
      return found.isHeld;
    },
  };
}

function isSetBack({ newest, timeline }: Marks, sent: bigint): boolean {
  return sent < timeline || newest < sent;
}
