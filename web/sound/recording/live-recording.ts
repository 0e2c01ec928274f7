// Live recording of a stream with the browser's MediaRecorder.

/** A file format that this browser can record. */
type RecordingFormat = { mimeType: string; extension: string };

/** A live recording; it skips pauses and interruptions. */
export type LiveRecording = {
  /** Recorded time. */
  readonly elapsedMs: number;
  readonly format: RecordingFormat;
  pause(): void;
  resume(): void;
  /** Ends the recording and returns the file. */
  stop(): Promise<Blob>;
};

const formats: readonly RecordingFormat[] = [
  { mimeType: "audio/webm;codecs=opus", extension: "webm" },
  // Safari before 18.4 records nothing else.
  { mimeType: "audio/mp4", extension: "m4a" },
];

const bitsPerSecond = 128_000;
/** Interval between two chunks; the browser can then keep an hour on disk. */
const pieceMs = 5_000;

/**
 * Returns the format for live recordings; `null` if this browser supports none. The offline recording works everywhere.
 */
export function liveRecordingFormat(): RecordingFormat | null {
  if (typeof MediaRecorder === "undefined") return null;
  return formats.find(({ mimeType }) => MediaRecorder.isTypeSupported(mimeType)) ?? null;
}

/**
 * Starts to record a stream.
 * @param onEnd called after the end, whether the listener or the browser stopped it
 */
export function recordLive(stream: MediaStream, format: RecordingFormat, onEnd: () => void): LiveRecording {
  const pieces: Blob[] = [];
  const recorder = new MediaRecorder(stream, { mimeType: format.mimeType, audioBitsPerSecond: bitsPerSecond });
  const stopped = new Promise<void>((resolve) => recorder.addEventListener("stop", () => resolve(), { once: true }));
  void stopped.then(onEnd);
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  recorder.start(pieceMs);
  let recordedMs = 0;
  let sinceMs: number | null = performance.now();

  function countUp(): void {
    if (sinceMs !== null) recordedMs += performance.now() - sinceMs;
    sinceMs = null;
  }

  return {
    format,
    get elapsedMs() {
      return recordedMs + (sinceMs === null ? 0 : performance.now() - sinceMs);
    },
    pause() {
      if (recorder.state !== "recording") return;
      recorder.pause();
      countUp();
    },
    resume() {
      if (recorder.state !== "paused") return;
      recorder.resume();
      sinceMs = performance.now();
    },
    async stop() {
      countUp();
      if (recorder.state !== "inactive") recorder.stop();
      await stopped;
      return new Blob(pieces, { type: format.mimeType });
    },
  };
}

/** Returns `bellbuoy-2026-11-24T12-00Z.webm`: the minute in UTC, without the colons that some systems forbid. */
export function recordingName(atMs: number, extension: string): string {
  const minute = new Date(atMs).toISOString().slice(0, 16).replace(":", "-");
  return `bellbuoy-${minute}Z.${extension}`;
}
