// Renders what was heard into a WAV file, piece by piece.

import { type JournalEntry, preRollS, type Segment, statesBefore } from "./journal.ts";
import { pcm16, wavHeader } from "./wav.ts";

/** Renders a segment of at most a minute or so. @returns the channels, from its beginning to its end */
type RenderSegment = (segment: Segment) => Promise<Float32Array[]>;

/** How to follow a recording that is being rendered, and to end it early. */
export type RenderControl = {
  /** Receives how much is done, 0..1, after each piece. */
  onProgress(share: number): void;
  signal: AbortSignal;
};

/** How pieces are rendered: samples a second, and by what. */
type Rendering = { sampleRate: number; render: RenderSegment };

const channels = 2;
/** An hour at once would take 1.4 GB; so much of it takes 35 MB. */
const pieceS = 60;
/** Browsers compute so many samples at a time; pieces keep to that grid. */
const quantum = 128;
/** Over this time a piece hands over to the next. Both sound the same there, but for what the pre-roll cannot know. */
const joinS = 0.1;

/**
 * Renders a segment into a WAV file of 16 bits, piece by piece, with no more than one piece in memory.
 * @throws {Error} the signal's reason, once it is aborted
 */
export async function renderWav(segment: Segment, options: RenderControl & Rendering): Promise<Blob> {
  const { sampleRate, onProgress, signal } = options;
  const frames = framesOf(segment, sampleRate);
  const parts: BlobPart[] = [wavHeader({ channels, sampleRate, frames })];
  let done = 0;
  signal.throwIfAborted();
  for await (const piece of renderPieces(segment, options)) {
    signal.throwIfAborted();
    // A Blob may lie on disk, an array cannot.
    parts.push(new Blob([pcm16(piece)]));
    done += piece[0]?.length ?? 0;
    onProgress(done / frames);
  }
  return new Blob(parts, { type: "audio/wav" });
}

/** Renders a segment in pieces that go on where the last one ended. @yields left and right */
export async function* renderPieces(
  segment: Segment,
  { sampleRate, render }: Rendering,
): AsyncGenerator<Float32Array[]> {
  const frames = framesOf(segment, sampleRate);
  const pieceFrames = pieceS * sampleRate;
  const preRoll = Math.ceil((preRollS * sampleRate) / quantum) * quantum;
  /** The clock's own beginning, in frames from that of the segment. */
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

  /** With what began before it and sounds into it, and with the time of the join after its end. */
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

/** Fades from the end of the last piece into the beginning of the next. */
function joinOnto(tail: readonly Float32Array[], piece: readonly Float32Array[]): void {
  for (const [place, channel] of piece.entries()) {
    const last = tail[place] ?? [];
    for (let i = 0; i < Math.min(last.length, channel.length); i++) {
      const share = (i + 0.5) / last.length;
      channel[i] = (last[i] ?? 0) * (1 - share) + (channel[i] ?? 0) * share;
    }
  }
}
