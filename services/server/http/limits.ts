// All limits that clients can meet, except MAX_STREAMS and MAX_STREAMS_PER_IP (see shared/service/config.ts).

/** Max length of a request URL, in characters. The longest query has 500 station ids separated by `%2C`. */
export const maxUrlLength = 8 * 1024;
/** Max size of a request body, in bytes. The API is read-only, so bodies can stay small. */
export const maxBodyBytes = 64 * 1024;
/** Idle timeout of a connection, in seconds. Event streams and row streams set their own. */
export const connectionIdleSeconds = 10;

/** Max requests per client address within {@link rateWindowMs}, excluding open streams. */
export const maxRequests = 200;
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
/** Rows of one answer if the request has no `limit`. */
export const defaultRows = 1_000;
/** Max station ids in one request; a query of this size fits into {@link maxUrlLength}. */
export const maxStations = 500;
/** Max span of `/v1/conditions`, in hours. */
export const maxWithinHours = 48;

/** Max span of `/v1/medians`, in hours; longer queries take too long. */
export const maxMedianHours = 48;
/** Max steps of one `/v1/medians` answer, which is then a few hundred kB. */
export const maxMedianSteps = 1_000;
/** Max length of a `/v1/medians` step, in hours. */
export const maxMedianStepHours = 6;
/** Max `/v1/medians` computations that wait or run, since each keeps the database busy. */
export const maxMedianQuestions = 16;
/** `Retry-After` when that queue is full, in seconds. */
export const queueRetrySeconds = 10;

/**
 * Max row streams (answers of any size) at once, since each keeps the database busy while the client reads fast.
 */
export const maxRowStreams = 8;
/** Max row streams at once per client address. */
export const maxRowStreamsPerAddress = 2;
/** Idle timeout of a row stream, in seconds; a script may pause while it processes rows. */
export const rowStreamIdleSeconds = 60;
/** `Retry-After` at {@link maxRowStreams} or {@link maxRowStreamsPerAddress}, in seconds. */
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
/** Max unread bytes of a client before the server ends its stream: several bursts of 900 events. */
export const maxBacklogBytes = 1024 * 1024;
/** Max time without a read before the server ends a stream, in ms. */
export const maxStalledMs = 20_000;
/** Max events of a replay; a client that missed more gets `reset`. */
export const maxReplayEvents = 10_000;
