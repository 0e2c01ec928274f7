// Recordings of the sound: live, or of the last hour.

import type { Journal, Segment } from "../recording/journal.ts";
import { type LiveRecording, liveRecordingFormat, recordLive } from "../recording/live-recording.ts";
import { renderSegment } from "../recording/render-segment.ts";
import { type RenderControl, renderWav } from "../recording/render-wav.ts";
import { soundSampleRate } from "../sample-rate.ts";
import type { EngineParts } from "./engine-loader.ts";
import type { Output } from "./transport/output.ts";

/** Records the sound live, or renders the last hour from the journal. */
type Recorder = {
  /** Starts a live recording, before volume and mute. `null`: the browser has no support. */
  recordLive(output: Output, isPlaying: boolean): LiveRecording | null;
  /** Resumes or pauses the current recording with playback. */
  follow(isPlaying: boolean): void;
  /**
   * Renders the sound of the last hour as a 16-bit WAV file.
   * @param nowS returns the engine's time, in seconds
   * @throws {Error} the signal's reason after an abort
   */
  renderLastHour(nowS: () => number, control: RenderControl): Promise<Blob>;
};

/**
 * Makes a recorder.
 * @param load fetches the engine that renders the sound
 */
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
