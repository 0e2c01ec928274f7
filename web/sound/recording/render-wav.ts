// Renders what was heard into a WAV file, piece by piece.

import { type JournalEntry, preRollS, type Stretch, statesBefore } from "./journal.ts";
import { pcm16, wavHeader } from "./wav.ts";

/** Renders a stretch of at most a minute or so. @returns the channels, from its beginning to its end */
type RenderStretch = (stretch: Stretch) => Promise<Float32Array[]>;

/** How to follow a recording that is being rendered, and to end it early. */
export type RenderControl = {
  /** Receives how much is done, 0..1, after each piece. */
  onProgress(share: number): void;
  signal: AbortSignal;
};

/** How pieces are rendered: samples a second, and by what. */
type Rendering = { sampleRate: number; render: RenderStretch };

const channels = 2;
/** An hour at once would take 1.4 GB; so much of it takes 35 MB. */
const pieceS = 60;
/** Browsers compute so many samples at a time; pieces keep to that grid. */
const quantum = 128;
/** Over this time a piece hands over to the next. Both sound the same there, but for what the pre-roll cannot know. */
const joinS = 0.1;

/**
 * Renders a stretch into a WAV file of 16 bits, piece by piece, with no more than one piece in memory.
 * @throws {Error} the signal's reason, once it is aborted
 */
export async function renderWav(stretch: Stretch, options: RenderControl & Rendering): Promise<Blob> {
  const { sampleRate, onProgress, signal } = options;
  const frames = framesOf(stretch, sampleRate);
  const parts: BlobPart[] = [wavHeader({ channels, sampleRate, frames })];
  let done = 0;
  signal.throwIfAborted();
  for await (const piece of renderPieces(stretch, options)) {
    signal.throwIfAborted();
    // A Blob may lie on disk, an array cannot.
    parts.push(new Blob([pcm16(piece)]));
    done += piece[0]?.length ?? 0;
    onProgress(done / frames);
  }
  return new Blob(parts, { type: "audio/wav" });
}

/** Renders a stretch in pieces that go on where the last one ended. @yields left and right */
export async function* renderPieces(
  stretch: Stretch,
  { sampleRate, render }: Rendering,
): AsyncGenerator<Float32Array[]> {
  const frames = framesOf(stretch, sampleRate);
  const pieceFrames = pieceS * sampleRate;
  const preRoll = Math.ceil((preRollS * sampleRate) / quantum) * quantum;
  /** The clock's own beginning, in frames from that of the stretch. */
  const earliest = -Math.floor((stretch.beginS * sampleRate) / quantum) * quantum;
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
    const atS = (frame: number) => stretch.beginS + frame / sampleRate;
    const rendered = await render(cut(stretch, atS(begin), atS(end)));
    return rendered.map((channel) => channel.subarray(from - begin));
  }
}

function framesOf({ beginS, endS }: Stretch, sampleRate: number): number {
  return Math.round((endS - beginS) * sampleRate);
}

function cut(stretch: Stretch, beginS: number, endS: number): Stretch {
  const isWithin = ({ atS }: JournalEntry) => atS >= beginS && atS < endS;
  return { beginS, endS, before: statesBefore(stretch, beginS), entries: stretch.entries.filter(isWithin) };
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
