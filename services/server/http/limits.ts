// All limits that clients can meet, except MAX_STREAMS and MAX_STREAMS_PER_IP (see shared/service/config.ts).

/** Max length of a request URL, in characters. The longest query has 500 station ids separated by `%2C`. */
export const maxUrlLength = 8 * 1024;
/** Max length of the path of a player file, in characters. */
export const maxPathLength = 200;
/** Max size of a request body, in bytes. The API is read-only, so bodies can stay small. */
export const maxBodyBytes = 64 * 1024;
/** Idle timeout of a connection, in seconds. Event streams and row streams set their own. */
export const connectionIdleSeconds = 10;

/**
 * Max requests per client address within {@link rateWindowMs}, excluding open streams. A question that reads many rows
 * counts as several.
 */
export const maxRequests = 200;
/**
 * Returns the max stream openings per client address within {@link rateWindowMs}. After a server restart all streams of
 * an address reconnect at once, so it allows two openings per stream.
 */
export const maxOpenings = (maxStreamsPerIp: number) => Math.max(maxRequests, 2 * maxStreamsPerIp);
/** Limits of a /56 network of IPv6, as a multiple of those of an address (a /64). */
export const addressesPerNetwork = 4;
/** Window of the request limit, in ms. */
export const rateWindowMs = 10_000;
/**
 * Time limit until an answer starts, in ms. Shorter than {@link connectionIdleSeconds}, so that the client gets a
 * reason.
 */
export const answerTimeoutMs = 8_000;
/** `Retry-After` while PostgreSQL is unavailable, in seconds. */
export const databaseAwayRetrySeconds = 5;

/** Max rows of one answer that is not streamed. */
export const maxRows = 10_000;
/** Max rows of the whole network that a query searches for those of some stations; its page then has fewer rows. */
export const maxSearched = 20_000;
/** Max queries of one page; a page that needs more has fewer rows than asked for. */
export const maxQueriesPerPage = 20;
/** Rows of one answer if the request has no `limit`. */
export const defaultRows = 1_000;
/** Max station ids in one request; a query of this size fits into {@link maxUrlLength}. */
export const maxStations = 500;
/** Max span of `/v1/conditions`, in hours. */
export const maxWithinHours = 48;

/** Batches in an answer of `/v1/batches`: enough to tell their rhythm. */
export const maxBatches = 10;

/** Span of `/v1/medians` if the request has no `since`, in hours. */
export const defaultMedianHours = 24;
/** Max span of `/v1/medians`, in hours; longer queries take too long. */
export const maxMedianHours = 48;
/** Max steps of one `/v1/medians` answer, which is then a few hundred kB. */
export const maxMedianSteps = 1_000;
/** Max length of a `/v1/medians` step, in hours. */
export const maxMedianStepHours = 6;
/** Max time of one statement for a client, in ms; with {@link maxWaitMs} shorter than {@link answerTimeoutMs}. */
export const statementTimeoutMs = 3_000;
/** Max time that a question waits for its turn, in ms. */
const maxWaitMs = 4_000;
/** Questions about history: replays, conditions, pages, medians and exports. */
export const historyGateLimits = {
  maxRunning: 3,
  maxRunningPerNetwork: 2,
  maxWaiting: 200,
  maxWaitingPerNetwork: 8,
  maxWaitMs,
};
/**
 * Medians wait here before they wait with other questions, because each keeps a processor busy for most of a second.
 */
export const mediansGateLimits = { ...historyGateLimits, maxRunning: 1, maxRunningPerNetwork: 1 };
/** Questions that cost a few ms. One client may ask as many at once as {@link maxRequests} allows. */
export const quickGateLimits = {
  maxRunning: 8,
  maxRunningPerNetwork: 8,
  maxWaiting: 1_000,
  maxWaitingPerNetwork: 200,
  maxWaitMs,
};
/** `Retry-After` when a gate is full, in seconds. */
export const queueRetrySeconds = 10;
/** PostgreSQL connections for questions of clients: one for each that runs. */
export const questionConnections = historyGateLimits.maxRunning + quickGateLimits.maxRunning;
/** PostgreSQL connections for the live feed, health and metrics. */
export const liveConnections = 2;

/** Rows that a question may return per unit of {@link maxRequests}. */
export const returnedRowsPerUnit = 500;
/** Rows that a question may read without returning them, per unit of {@link maxRequests}. */
export const readRowsPerUnit = 5_000;

/** Max row streams (answers without a limit) at once. */
export const maxRowStreams = 8;
/** Max row streams at once per client network. */
export const maxRowStreamsPerNetwork = 2;
/** Size from which an answer is sent in pieces, in bytes; a slow client then cannot keep it in memory for long. */
export const pieceBytes = 64 * 1024;
/** Max bytes of answers that wait for clients to read them, in all and per client network. */
export const maxUnreadBytes = 48 * 1024 * 1024;
export const maxUnreadBytesPerNetwork = 12 * 1024 * 1024;
/** Min speed at which a client must read an answer, before compression, in bytes per second. */
export const minReadBytesPerSecond = 16 * 1024;
/** Time that a client may fall behind {@link minReadBytesPerSecond}, in ms; a script may pause while it processes rows. */
export const maxReadDelayMs = 30_000;
/** `Retry-After` when too many answers are being sent, in seconds. */
export const rowStreamRetrySeconds = 10;

/** `Retry-After` when all streams are in use, in seconds. */
export const streamRetrySeconds = 10;
/**
 * Idle timeout of a stream, in seconds. Longer than two heartbeats, so it only hits clients that are gone or do not
 * read.
 */
export const streamIdleSeconds = 60;
/**
 * Time that a client has to read the last bytes of an ended stream, in seconds; the server then drops the connection.
 */
export const streamEndingSeconds = 1;
/** Quiet time before a heartbeat, in ms. A check every 4 s keeps it below the 15 s that the API promises. */
export const quietMs = 10_000;
/** Interval of the checks for quiet and slow streams, in ms. */
export const heartbeatCheckMs = 4_000;
/** Time after which a client reconnects, in ms: a random one, so that clients do not all return at once. */
export const reconnectMs = { min: 1_000, max: 3_000 };
/** Max time to read the station positions, in ms; streams with a `bbox` then end. */
export const positionsTimeoutMs = 5_000;
/** Max unread bytes of a client before the server ends its stream: several bursts of 900 events. */
export const maxBacklogBytes = 1024 * 1024;
/** Max time without a read before the server ends a stream, in ms. */
export const maxStalledMs = 20_000;
/** Max events of a replay; a client that missed more gets `reset`. */
export const maxReplayEvents = 10_000;
/**
 * Max event ids that a replay searches for events that pass its filter, about two days of the whole network; a client
 * that missed more gets `reset`.
 */
export const maxReplaySpan = 200_000;
