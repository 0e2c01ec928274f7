// Rendering of the recorded sound into a WAV file, piece by piece.

import { type JournalEntry, preRollS, type Segment, statesBefore } from "./journal.ts";
import { pcm16, wavHeader } from "./wav.ts";

/**
 * Renders a segment of about a minute.
 * @returns the channels, from its start to its end
 */
type RenderSegment = (segment: Segment) => Promise<Float32Array[]>;

/** Progress callback and abort signal of a render. */
export type RenderControl = {
  /** Receives the finished share, 0..1, after each piece. */
  onProgress(share: number): void;
  signal: AbortSignal;
};

/** Sample rate and render function of the pieces. */
type Rendering = { sampleRate: number; render: RenderSegment };

const channels = 2;
/** Length of a piece: it takes 35 MB of memory, a whole hour at once 1.4 GB. */
const pieceS = 60;
/** Samples per render quantum of the browser; pieces start on this grid. */
const quantum = 128;
/** Crossfade between two pieces. Both have the same sound there, except for changes older than the pre-roll. */
const joinS = 0.1;

/**
 * Renders a segment into a 16-bit WAV file, with only one piece in memory.
 * @throws {Error} the signal's reason after an abort
 */
export async function renderWav(segment: Segment, options: RenderControl & Rendering): Promise<Blob> {
  const { sampleRate, onProgress, signal } = options;
  const frames = framesOf(segment, sampleRate);
  const parts: BlobPart[] = [wavHeader({ channels, sampleRate, frames })];
  let done = 0;
  signal.throwIfAborted();
  for await (const piece of renderPieces(segment, options)) {
    signal.throwIfAborted();
    // The browser can keep a Blob on disk, but not an array.
    parts.push(new Blob([pcm16(piece)]));
    done += piece[0]?.length ?? 0;
    onProgress(done / frames);
  }
  return new Blob(parts, { type: "audio/wav" });
}

/**
 * Renders a segment in consecutive pieces.
 * @yields left and right
 */
export async function* renderPieces(
  segment: Segment,
  { sampleRate, render }: Rendering,
): AsyncGenerator<Float32Array[]> {
  const frames = framesOf(segment, sampleRate);
  const pieceFrames = pieceS * sampleRate;
  const preRoll = Math.ceil((preRollS * sampleRate) / quantum) * quantum;
  /** Start of the audio clock, in frames relative to the segment. */
  const earliest = -Math.floor((segment.beginS * sampleRate) / quantum) * quantum;
  let tail: Float32Array[] = [];

  for (let from = 0; from < frames; from += pieceFrames) {
    const until = Math.min(frames, from + pieceFrames);
    const rendered = await renderPiece(from, until);
    const piece = rendered.map((channel) => channel.subarray(0, until - from));
    joinOnto(tail, piece);
    tail = rendered.map((channel) => channel.subarray(until - from));
    yield piece;
  }

  /** Renders a piece with its pre-roll, and with the crossfade after its end. */
  async function renderPiece(from: number, until: number): Promise<Float32Array[]> {
    const begin = Math.max(earliest, from - preRoll);
    const end = Math.min(frames, until + joinS * sampleRate);
    const atS = (frame: number) => segment.beginS + frame / sampleRate;
    const rendered = await render(cut(segment, atS(begin), atS(end)));
    return rendered.map((channel) => channel.subarray(from - begin));
  }
}

function framesOf({ beginS, endS }: Segment, sampleRate: number): number {
  return Math.round((endS - beginS) * sampleRate);
}

function cut(segment: Segment, beginS: number, endS: number): Segment {
  const isWithin = ({ atS }: JournalEntry) => atS >= beginS && atS < endS;
  return { beginS, endS, before: statesBefore(segment, beginS), entries: segment.entries.filter(isWithin) };
}

/** Crossfades the end of the last piece with the start of the next. */
function joinOnto(tail: readonly Float32Array[], piece: readonly Float32Array[]): void {
  for (const [place, channel] of piece.entries()) {
    const last = tail[place] ?? [];
    for (let i = 0; i < Math.min(last.length, channel.length); i++) {
      const share = (i + 0.5) / last.length;
      channel[i] = (last[i] ?? 0) * (1 - share) + (channel[i] ?? 0) * share;
    }
  }
}
