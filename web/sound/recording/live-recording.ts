// Records a stream by the browser's MediaRecorder.

/** A form in which this browser can record what it plays. */
type RecordingFormat = { mimeType: string; extension: string };

/** What plays, while it is being recorded; pauses and interruptions are left out. */
export type LiveRecording = {
  /** How much is recorded. */
  readonly elapsedMs: number;
  readonly format: RecordingFormat;
  pause(): void;
  resume(): void;
  stop(): Promise<Blob>;
};

const formats: readonly RecordingFormat[] = [
  { mimeType: "audio/webm;codecs=opus", extension: "webm" },
  // Safari before 18.4 records nothing else.
  { mimeType: "audio/mp4", extension: "m4a" },
];

const bitsPerSecond = 128_000;
/** So often a piece is handed over, so that the browser may keep an hour on disk. */
const pieceMs = 5_000;

/** Returns a format; `null` if this browser cannot record live. The offline recording works everywhere. */
export function liveRecordingFormat(): RecordingFormat | null {
  if (typeof MediaRecorder === "undefined") return null;
  return formats.find(({ mimeType }) => MediaRecorder.isTypeSupported(mimeType)) ?? null;
}

/** Begins to record a stream. @param onEnd told when it is stopped, or the browser ended it */
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
