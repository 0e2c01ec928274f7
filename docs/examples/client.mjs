// Follows a server's stream. Built from shared/client by: bun docs/examples/build.ts

// shared/clock.ts
var systemClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  every(milliseconds, act) {
    const timer = setInterval(act, milliseconds);
    return () => clearInterval(timer);
  }
};

// shared/measurements.ts
var stationIdPattern = /^[A-Z0-9]{4,10}$/;
var coreMeasurements = ["waveHeightM", "windSpeedMps", "windDirDeg", "waterTempC", "pressureHpa"];
var extraMeasurements = [
  "gustMps",
  "dominantPeriodS",
  "averagePeriodS",
  "meanWaveDirDeg",
  "airTempC",
  "dewPointC",
  "visibilityNmi",
  "pressureTendencyHpa",
  "tideFt"
];
var measurements = [...coreMeasurements, ...extraMeasurements];
var eventIdPattern = /^(0|[1-9]\d{0,17})$/;

// shared/outage.ts
var outageCodes = ["never_polled", "polls_stopped", "ndbc_unreachable", "ndbc_silent"];

// shared/station.ts
var stationTexts = ["name", "owner", "program", "type"];
var stationNumbers = ["latitude", "longitude", "elevationM"];
var stationFields = ["stationId", ...stationTexts, ...stationNumbers];

// shared/errors.ts
class CodedError extends Error {
  code;
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}

// shared/client/errors.ts
var messages = {
  unreachable: () => "the server cannot be reached",
  overdue: () => "the server does not answer",
  lost: () => "the connection was lost",
  interrupted: () => "the stream was interrupted",
  reset: (reason) => `${reason || "too many events were missed"}; continuing with the newest reports`,
  refused: (reason) => reason,
  status: (status) => `status ${status}`,
  no_server: () => "this address is not a bellbuoy server"
};

class ConnectionError extends CodedError {
  code;
  detail;
  constructor(code, detail = "", options) {
    super(code, messages[code](detail), options);
    this.code = code;
    this.detail = detail;
  }
}

class UnreachableError extends ConnectionError {
  constructor(options) {
    super("unreachable", "", options);
  }
}

class RefusedError extends ConnectionError {
  retryAfterMs;
  constructor(detail, retryAfterMs, code = "refused") {
    super(code, detail);
    this.retryAfterMs = retryAfterMs;
  }
}
function noServer() {
  return new RefusedError("", null, "no_server");
}

// shared/client/answers.ts
function parseObservation(data) {
  try {
    const value = JSON.parse(data);
    if (isRecord(value) && isObservation(value))
      return value;
  } catch {}
  console.warn("ignored an invalid message:", data);
  return null;
}
function readConnectionTime(data) {
  try {
    return Date.parse(JSON.parse(data).timestamp) || null;
  } catch {
    return null;
  }
}
function readStatus(body) {
  const { version, lastPoll, lastPollBegun = null, pollsStopped = false } = body;
  const { ndbcLastModified, stationsReporting, simulated } = body;
  const pollSeconds = isNumber(body.pollSeconds) ? body.pollSeconds : null;
  if (typeof version !== "string" || !isTextOrNull(lastPoll) || !isTextOrNull(lastPollBegun) || typeof pollsStopped !== "boolean" || !isTextOrNull(ndbcLastModified) || !isCount(stationsReporting) || typeof simulated !== "boolean") {
    throw noServer();
  }
  const lastEventId = eventIdOf(body);
  const polls = { lastPoll, pollSeconds, lastPollBegun, pollsStopped, outage: readOutage(body.outage) };
  const status = { version, ...polls, ndbcLastModified, stationsReporting, simulated, lastEventId };
  if (!Array.isArray(body.warnings))
    return status;
  const warnings = readEach(body.warnings, ({ reason }) => typeof reason === "string" ? reason : null);
  return { ...status, warnings };
}
function readOutage(value) {
  if (!isRecord(value))
    return null;
  const code = outageCodes.find((known) => known === value.code);
  return code === undefined ? null : { code, since: isTime(value.since) ? value.since : null };
}
function readEach(list, read) {
  if (!Array.isArray(list))
    throw noServer();
  return list.flatMap((value) => {
    const found = isRecord(value) ? read(value) : null;
    if (found === null)
      console.warn("ignored an invalid entry:", value);
    return found ?? [];
  });
}
function readConditions(value) {
  const { stationId } = value;
  if (!isStationId(stationId))
    return null;
  const fields = {};
  for (const name of measurements) {
    const measured = value[name];
    if (measured === null || measured === undefined)
      continue;
    if (!isRecord(measured) || !isNumber(measured.value) || !isTime(measured.at))
      return null;
    fields[name] = { value: measured.value, atMs: Date.parse(measured.at) };
  }
  return { stationId, fields };
}
function isObservation(value) {
  const { stationId, timestamp, eventId } = value;
  return isStationId(stationId) && isTime(timestamp) && coreMeasurements.every((name) => isNumberOrNull(value[name])) && extraMeasurements.every((name) => value[name] === undefined || isNumber(value[name])) && (eventId === undefined || isEventId(eventId));
}
function eventIdOf({ lastEventId }) {
  if (!isEventId(lastEventId))
    throw noServer();
  return lastEventId;
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isNumber(value) {
  return Number.isFinite(value);
}
function isCount(value) {
  return Number.isSafeInteger(value);
}
function isNumberOrNull(value) {
  return value === null || isNumber(value);
}
function isTextOrNull(value) {
  return value === null || typeof value === "string";
}
function isStationId(value) {
  return typeof value === "string" && stationIdPattern.test(value);
}
function isEventId(value) {
  return typeof value === "string" && eventIdPattern.test(value);
}
function isTime(value) {
  if (typeof value !== "string" || !/^\d{4}-.*\.000Z$/.test(value))
    return false;
  const atMs = Date.parse(value);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString() === value;
}

// shared/client/cached-at.ts
var cachedAtHeader = "X-Bellbuoy-From-Cache";

// shared/client/api.ts
var snapshotWithin = "24h";
async function loadConditions(server, filter, signal) {
  const query = [`within=${snapshotWithin}`, filter].filter(Boolean).join("&");
  const { body, sent } = await load(`${server}/v1/conditions?${query}`, signal);
  return { lastEventId: eventIdOf(body), conditions: readEach(body.conditions, readConditions), ...sent };
}
async function loadStatus(server, signal) {
  const { body, sent } = await load(`${server}/v1/status`, signal);
  return { ...readStatus(body), ...sent };
}
function streamUrl(server, query, lastEventId) {
  const resume = lastEventId === null ? "" : `lastEventId=${lastEventId}`;
  return `${server}/v1/observations/stream?${[query, resume].filter(Boolean).join("&")}`;
}
async function askWhyRefused(url, signal) {
  const response = await fetch(url, { signal }).catch(unreachable);
  if (!response.ok)
    return refusalOf(response);
  response.body?.cancel();
  return response.headers.get("Content-Type")?.startsWith("text/event-stream") ? new ConnectionError("interrupted") : noServer();
}
var serverAway = [502, 504];
async function load(url, signal, cache = "default") {
  const response = await fetch(url, { signal, cache }).catch(unreachable);
  if (!response.ok)
    throw await refusalOf(response);
  const body = await response.json().catch(nullIfNoJson);
  if (!isRecord(body))
    throw noServer();
  const cachedAt = response.headers.get(cachedAtHeader);
  if (cachedAt !== null)
    return { body, sent: { cachedAtMs: Date.parse(cachedAt), sentAtMs: null } };
  return { body, sent: { cachedAtMs: null, sentAtMs: dateOf(response) } };
}
function unreachable(error) {
  throw error instanceof TypeError ? new UnreachableError({ cause: error }) : error;
}
function nullIfNoJson(error) {
  return error instanceof SyntaxError ? null : unreachable(error);
}
async function refusalOf(response) {
  const { status } = response;
  if (serverAway.includes(status))
    return new UnreachableError;
  const problem = await response.json().catch(() => null);
  if (status === 404 && !isRecord(problem))
    return noServer();
  const { detail, title } = isRecord(problem) ? problem : {};
  const reason = [detail, title].find((text) => typeof text === "string");
  const askedMs = retryAfterMs(response);
  return reason === undefined ? new RefusedError(`${status}`, askedMs, "status") : new RefusedError(reason, askedMs);
}
function retryAfterMs(response) {
  const header = response.headers.get("Retry-After") ?? "";
  const waitMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - (dateOf(response) ?? Number.NaN);
  return Number.isNaN(waitMs) ? null : waitMs;
}
function dateOf({ headers }) {
  return Date.parse(headers.get("Date") ?? "") || null;
}

// shared/client/deadline.ts
var requestMs = 20000;
function deadline(clock, ...signals) {
  const request = new AbortController;
  const cancel = clock.after(requestMs, () => request.abort(overdue()));
  for (const signal of signals) {
    const abort = () => {
      cancel();
      request.abort(signal.reason);
    };
    if (signal.aborted)
      abort();
    else
      signal.addEventListener("abort", abort, { signal: request.signal });
  }
  return request.signal;
}
function overdue() {
  return new ConnectionError("overdue");
}

// shared/client/progress.ts
function createProgress(server, onStatus, clock) {
  let storedUpTo = null;
  let behindAt = null;
  let asking = null;
  const progress = {
    lastEventId: null,
    begin() {
      storedUpTo = null;
      behindAt = null;
    },
    beginAfter(snapshotEventId) {
      progress.lastEventId = snapshotEventId;
      storedUpTo = 0n;
    },
    advance({ lastEventId }) {
      if (lastEventId === "" || lastEventId === progress.lastEventId)
        return null;
      progress.lastEventId = lastEventId;
      return lastEventId;
    },
    isReplayed: (eventId) => eventId !== null && (storedUpTo === null || BigInt(eventId) <= storedUpTo),
    learnStored(signal) {
      if (storedUpTo === null && asking !== signal)
        askNewest(signal);
    },
    async isStuck(isOpen, signal) {
      const newest = await askNewest(signal);
      const at = isOpen() ? progress.lastEventId : null;
      const isBehind = at !== null && (newest === null || BigInt(newest) > BigInt(at));
      const isStuck = isBehind && at === behindAt;
      behindAt = isBehind ? at : null;
      return isStuck;
    }
  };
  return progress;
  async function askNewest(signal) {
    asking = signal;
    try {
      const status = await loadStatus(server, deadline(clock, signal));
      onStatus(status);
      if (status.cachedAtMs !== null)
        return null;
      storedUpTo ??= BigInt(status.lastEventId);
      return status.lastEventId;
    } catch (error) {
      return error instanceof RefusedError ? progress.lastEventId : null;
    } finally {
      if (asking === signal)
        asking = null;
    }
  }
}

// shared/client/retry.ts
var firstRetryMs = 1000;
var longestRetryMs = 30000;
function createRetry(clock, maxAskedMs) {
  let attempt = 0;
  let cancel;
  return {
    after(error, act) {
      const isRefused = error instanceof RefusedError;
      const askedMs = isRefused ? error.retryAfterMs ?? 0 : 0;
      const isAsked = askedMs >= firstRetryMs;
      const ms = isAsked ? askedMs : Math.min(firstRetryMs * 2 ** attempt, longestRetryMs);
      const jitteredMs = ms * (1 + Math.random() / 4);
      const waitMs = isAsked ? Math.min(jitteredMs, maxAskedMs) : jitteredMs;
      attempt++;
      cancel = clock.after(waitMs, act);
      return {
        kind: isRefused ? "refused" : "reconnecting",
        error: error instanceof Error ? error : new Error(String(error)),
        retryAtMs: clock.monotonicMs() + waitMs
      };
    },
    reset() {
      attempt = 0;
    },
    cancel: () => cancel?.()
  };
}

// shared/client/source.ts
var silentMs = 1000;
var [open, closed] = [1, 2];
function openSource(EventSource, url, listener, signal, clock) {
  const source = new EventSource(url);
  let wasOpen = false;
  let endSilence = clock.after(requestMs, () => {
    source.close();
    listener.onLoss(overdue());
  });
  source.addEventListener("open", () => {
    endSilence();
    endSilence = clock.after(silentMs, listener.onSilent);
  });
  source.addEventListener("connection", (event) => {
    endSilence();
    wasOpen = true;
    listener.onConnection(event);
  });
  source.addEventListener("observation", listener.onObservation);
  source.addEventListener("heartbeat", listener.onHeartbeat);
  source.addEventListener("reset", (event) => {
    endSilence();
    source.close();
    listener.onReset(event);
  });
  source.addEventListener("error", async () => {
    endSilence();
    const refused = source.readyState === closed;
    source.close();
    const lost = wasOpen ? new ConnectionError("lost") : new UnreachableError;
    listener.onLoss(refused ? await askWhyRefused(url, deadline(clock, signal)).catch((error) => error) : lost);
  });
  return {
    get isOpen() {
      return source.readyState === open;
    },
    close() {
      endSilence();
      source.close();
    }
  };
}

// shared/client/stream-events.ts
function streamEvents(listener, progress, { onConnected, onLoss }, signal) {
  return {
    onSilent: () => listener.onState({ kind: "waiting" }),
    onConnection(event) {
      onConnected();
      const serverMs = readConnectionTime(event.data);
      if (serverMs !== null)
        listener.onTime?.(serverMs);
      progress.advance(event);
      progress.learnStored(signal);
      listener.onState({ kind: "live" });
    },
    onObservation(event) {
      const eventId = progress.advance(event);
      progress.learnStored(signal);
      const observation = parseObservation(event.data);
      if (observation)
        listener.onArrival({ observation, eventId, replayed: progress.isReplayed(eventId) });
    },
    onHeartbeat: progress.advance,
    onReset(event) {
      progress.lastEventId = listener.onSnapshot ? null : event.lastEventId;
      onLoss(new ConnectionError("reset", resetReason(event.data)));
    },
    onLoss
  };
}
function resetReason(data) {
  try {
    return String(JSON.parse(data).reason ?? "");
  } catch {
    return "";
  }
}

// shared/client/stream-client.ts
var compareEveryMs = 60000;
var defaultMaxRetryMs = 3600000;
function createStreamClient(options, listener) {
  const { server, query = "", clock = systemClock } = options;
  const retry = createRetry(clock, options.maxRetryMs ?? defaultMaxRetryMs);
  const progress = createProgress(server, (status) => listener.onStatus?.(status), clock);
  let session = null;
  let source = null;
  const isOpen = () => source?.isOpen ?? false;
  return { isOpen, open, close, retryNow };
  function open() {
    if (session !== null)
      return;
    session = new AbortController;
    const { signal } = session;
    retry.reset();
    signal.addEventListener("abort", clock.every(compareEveryMs, () => void compare(signal)));
    listener.onState({ kind: "connecting" });
    connect(signal);
    compare(signal);
  }
  function close() {
    session?.abort();
    session = null;
    retry.cancel();
    source?.close();
  }
  function retryNow() {
    if (session === null)
      return;
    close();
    open();
  }
  async function connect(signal) {
    try {
      progress.begin();
      if (progress.lastEventId === null && listener.onSnapshot)
        await takeSnapshot(listener.onSnapshot, signal);
      signal.throwIfAborted();
      const url = streamUrl(server, query, progress.lastEventId);
      const connection = { onConnected: retry.reset, onLoss: (error) => retryLater(error, signal) };
      const events = streamEvents(listener, progress, connection, signal);
      source = openSource(options.EventSource, url, events, signal, clock);
    } catch (error) {
      retryLater(error, signal);
    }
  }
  async function takeSnapshot(onSnapshot, signal) {
    const snapshot = await loadConditions(server, query, deadline(clock, signal));
    progress.beginAfter(snapshot.lastEventId);
    onSnapshot(snapshot);
    if (snapshot.cachedAtMs !== null)
      throw new UnreachableError;
  }
  function retryLater(error, signal) {
    if (!signal.aborted)
      listener.onState(retry.after(error, () => void connect(signal)));
  }
  async function compare(signal) {
    const isStuck = await progress.isStuck(isOpen, signal);
    if (isStuck && !signal.aborted)
      retryNow();
  }
}
export {
  createStreamClient
};
