// Every limit that a client can meet. Those that an operator sets are in shared/service/config.ts: MAX_STREAMS and
// MAX_STREAMS_PER_IP.

/** Max length of a request's address, in characters: the longest query has 500 station ids with `%2C` between them. */
export const maxUrlLength = 8 * 1024;
/** Max size of a request's body. The API is read-only, so bodies can stay small. */
export const maxBodyBytes = 64 * 1024;
/** Time without a byte after which a connection is closed. Streams and answers of any size set their own. */
export const connectionIdleSeconds = 10;

/** Max requests per client address within {@link rateWindowMs}, excluding open streams. */
export const maxRequests = 200;
/** How long requests of an address are counted together. */
export const rateWindowMs = 10_000;
/** Time limit for an answer to begin: shorter than {@link connectionIdleSeconds}, so that the client gets a reason. */
export const answerTimeoutMs = 8_000;
/** `Retry-After` while the database does not answer, in seconds. */
export const databaseAwayRetrySeconds = 5;

/** Max rows of one answer that is not streamed. */
export const maxRows = 10_000;
/** Rows of one answer where the request names no `limit`. */
export const defaultRows = 1_000;
/** Max station ids in one request: their query still fits into {@link maxUrlLength}. */
export const maxStations = 500;
/** How far `/v1/conditions` looks back at most, in hours. */
export const maxWithinHours = 48;

/** Longest span of `/v1/medians`, in hours: past it a query takes too long. */
export const maxMedianHours = 48;
/** Max steps of one answer of `/v1/medians`: a few hundred kB. */
export const maxMedianSteps = 1_000;
/** Longest step of `/v1/medians`, in hours. */
export const maxMedianStepHours = 6;
/** Max questions to `/v1/medians` that wait or are computed, since each keeps the database busy. */
export const maxMedianQuestions = 16;
/** `Retry-After` where so many wait, in seconds. */
export const queueRetrySeconds = 10;

/** Max answers of any size under way, since each keeps the database busy while its reader is quick. */
export const maxRowStreams = 8;
/** The same per client address. */
export const maxRowStreamsPerAddress = 2;
/** Time without a read after which such an answer is cut off: a script that works on each row may pause. */
export const rowStreamIdleSeconds = 60;
/** `Retry-After` where {@link maxRowStreams} or {@link maxRowStreamsPerAddress} are under way, in seconds. */
export const rowStreamRetrySeconds = 10;

/** `Retry-After` where all streams are taken, in seconds. */
export const streamRetrySeconds = 10;
/**
 * Time without a byte after which the server ends a stream: more than two heartbeats, so that only a client that is gone,
 * or takes nothing, is meant.
 */
export const streamIdleSeconds = 60;
/** Time that an ended stream's connection may stay: what the client does not take by then is dropped. */
export const streamEndingSeconds = 1;
/** Max bytes that a client may leave unread before its stream is ended: several bursts of 900 events. */
export const maxBacklogBytes = 1024 * 1024;
/** Max time for which a client may take nothing before its stream is ended. */
export const maxStalledMs = 20_000;
/** Max events of a replay; a client that missed more gets `reset`. */
export const maxReplayEvents = 10_000;
