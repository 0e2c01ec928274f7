// Recordings of what sounds, live or of the last hour.

import type { Journal, Segment } from "../recording/journal.ts";
import { type LiveRecording, liveRecordingFormat, recordLive } from "../recording/live-recording.ts";
import { renderSegment } from "../recording/render-segment.ts";
import { type RenderControl, renderWav } from "../recording/render-wav.ts";
import { soundSampleRate } from "../sample-rate.ts";
import type { EngineParts } from "./engine-loader.ts";
import type { Output } from "./output.ts";

/** Records what sounds: as it plays, or afterwards from a journal of the last hour. */
type Recorder = {
  /** Begins to record, before volume and mute. `null`: this browser cannot. */
  recordLive(output: Output, isPlaying: boolean): LiveRecording | null;
  /** Lets the recording that was begun go on, or wait while nothing plays. */
  follow(isPlaying: boolean): void;
  /**
   * Renders what was heard in the last hour, as a WAV file of 16 bits.
   * @param nowS the engine's time, in seconds
   * @throws {Error} the signal's reason, once it is aborted
   */
  renderLastHour(nowS: () => number, control: RenderControl): Promise<Blob>;
};

/** Makes a recorder. @param load fetches the engine, which renders as it plays */
export function createRecorder(journal: Journal, load: () => Promise<EngineParts>): Recorder {
  let recording: LiveRecording | null = null;

  function follow(isPlaying: boolean): void {
    if (isPlaying) recording?.resume();
    else recording?.pause();
  }

  return {
    recordLive(output, isPlaying) {
      const format = liveRecordingFormat();
      if (format === null) return null;
      const { stream, release } = output.openRecordable();
      const begun = recordLive(stream, format, () => {
        release();
        if (recording === begun) recording = null;
      });
      recording = begun;
      follow(isPlaying);
      return begun;
    },
    follow,
    async renderLastHour(nowS, control) {
      const { createEngine, waveforms } = await load();
      const render = (segment: Segment) => renderSegment(segment, waveforms, createEngine);
      return renderWav(journal.read(nowS()), { ...control, render, sampleRate: soundSampleRate });
    },
  };
}
