import { createGlide, type Glide } from "./glide.ts";
import { bellNotesHz, silentDb } from "./mapping.ts";
import { type Layer, layers, type SoundEvent } from "./sound-event.ts";
import { BiquadFilter, Context, connect, Gain, Panner, type Param, setContext, ToneOscillatorNode } from "./tone.ts";
import { flutterSampleRate, ringS, type Waveforms } from "./waveforms.ts";

/** What makes a score's events audible. Times are those of the context's clock, in seconds. */
export type Engine = {
  /** Schedules an event: it sounds at `startS + event.t`, which is not in the past. */
  play(event: SoundEvent, startS: number): void;
  /** The score was switched: what was scheduled after `atS` does not sound, what sounds then fades. */
  cancelFrom(atS: number): void;
  /** @param level 0..1, as a slider shows it */
  setLayerLevel(layer: Layer, level: number): void;
  setReverb(on: boolean): void;
  dispose(): void;
  /** How many strokes were cut short, since more sounded than an ear could tell apart. */
  readonly stolen: number;
};

export type EngineOptions = {
  /** Time of the context's beginning. The noises depend on it, so that a render of a later piece fits the earlier one. */
  beginS?: number;
};

type Event<Type extends SoundEvent["type"]> = Extract<SoundEvent, { type: Type }>;
type StrikeEvent = Event<"bell" | "bowed" | "knock" | "ping">;
type Source = AudioBufferSourceNode | OscillatorNode;
/** Something that was struck and has not ended. */
type Voice = { atS: number; endS: number; gainDb: number; gain: GainNode; sources: Source[] };

/** More than these at once are not told apart. */
export const mostVoices = 24;
const stealingTauS = 0.02;
const cancellingTauS = 0.05;
/** After so many time constants a fade is over. */
const fadeEnds = 7;

/** What all that sounds together is scaled by, so that a full storm and all the voices keep below the seat belt. */
const masterDb = 1.5;
/** Below this level nothing is changed; above, which must not happen, the peaks are rounded. */
export const seatBeltLevel = 0.7;
/** What the bend is drawn for; a shaper knows nothing beyond 1, so its input is this much smaller. */
const seatBeltRange = 2;
const seatBeltPoints = 8193;

const usualTauS = 1.2;
const shortestFadeS = 0.15;
/** What a silent layer is set to it takes at once: nobody hears it move. */
const atOnceS = 0.005;
const sliderTauS = 0.02;

/** How much of bells and water goes into the room, near and far. */
const nearRoom = 0.35;
const farRoom = 0.9;

/** Where the swell's two sides stand. */
const swellPan = 0.7;
/** Two filters that are together one of Butterworth's, with 24 dB an octave; Q in dB. */
const butterworthQDb = [-5.3, 2.3] as const;
const swellTrough = 0.22;
const foamTrough = 0.06;
/** Without a period there are no crests; the swell stays as loud as it is on average. */
const swellStill = 0.5;
const foamStill = 0.3;

const flutterLeast = 0.15;
const flutterMost = 0.65;
const flutterScale = 1.6;

const throbMiddle = 0.65;
const throbDepth = 0.35;

const glassOctave = 0.12;
/** An ear takes a high tone for louder than a low one: by so much it is turned down, as a power of the pitch. */
const glassLoudness = 0.35;
const bellLoudness = 0.12;
const referenceHz = 440;

const pingRiseS = 0.012;
const pingHoldS = 0.02;
const pingTauS = 0.035;
const pingS = 0.3;

/**
 * The whole instrument, the same live and offline: only the context's clock differs.
 * @param context of the browser, live or offline
 */
export function createEngine(
  context: BaseAudioContext,
  output: AudioNode,
  waveforms: Waveforms,
  { beginS = 0 }: EngineOptions = {},
): Engine {
  // Tone's own clock is not used, so it needs no worker of its own.
  const tone = new Context({
    context: context as AudioContext,
    clockSource: "offline",
    lookAhead: 0,
    updateInterval: 1,
  });
  // Each of Tone's nodes asks for a default context, even if it is given one; without this, Tone would open its own.
  setContext(tone);
  const now = () => context.currentTime;
  const loops: AudioBufferSourceNode[] = [];
  const oscillators: ToneOscillatorNode[] = [];
  const glides: Glide[] = [];
  const levels: Glide[] = [];
  const buffers = new Map<Float32Array, AudioBuffer>();
  let voices: Voice[] = [];
  let stolen = 0;

  const master = createGain(fromDb(masterDb) / seatBeltRange);
  const seatBelt = createSeatBelt();
  connectChain(master, seatBelt, output);
  const buses = Object.fromEntries(layers.map((layer) => [layer, createGain(1)])) as Record<Layer, Gain>;
  for (const layer of layers) connect(buses[layer], master);
  const busLevels = Object.fromEntries(layers.map((layer) => [layer, glideOf(buses[layer].gain)])) as Record<
    Layer,
    Glide
  >;

  const room = createRoom();
  /** What of a bell goes into the room beyond what all bells do; it follows the slider of the bells. */
  const farBells = createGain(1);
  const farBellsLevel = glideOf(farBells.gain);
  connect(farBells, room.input);
  const bellsRoom = createGain(nearRoom);
  connectChain(buses.bells, bellsRoom, room.input);

  const waves = createWaves();
  const wind = createWind();
  const pressure = createDrone();
  const water = createGlass();

  return {
    play(event, startS) {
      const atS = startS + event.t;
      switch (event.type) {
        case "set":
          setLayer(event, atS);
          break;
        case "crest":
          waves.crest(event, atS);
          break;
        case "introduce":
          break;
        default:
          strike(event, atS);
      }
    },
    cancelFrom(atS) {
      for (const glide of glides) glide.holdFrom(atS);
      for (const level of levels) {
        level.holdFrom(atS);
        level.to(0, atS, cancellingTauS);
      }
      for (const layer of [waves, wind, pressure, water]) layer.silence();
      for (const voice of voices) endVoice(voice, atS, cancellingTauS);
    },
    setLayerLevel(layer, level) {
      // Squared: what an ear takes for half lies far below half.
      busLevels[layer].to(level ** 2, now(), sliderTauS);
      if (layer === "bells") farBellsLevel.to(level ** 2, now(), sliderTauS);
    },
    setReverb: (on) => room.level.to(on ? 1 : 0, now(), sliderTauS),
    dispose() {
      for (const loop of loops) loop.stop();
      for (const oscillator of oscillators) oscillator.stop(now());
      for (const { sources } of voices) for (const source of sources) source.stop();
      seatBelt.disconnect();
      master.dispose();
    },
    get stolen() {
      return stolen;
    },
  };

  function setLayer(event: Event<"set">, atS: number): void {
    switch (event.layer) {
      case "waves":
        waves.set(event, atS);
        break;
      case "wind":
        wind.set(event, atS);
        break;
      case "pressure":
        pressure.set(event, atS);
        break;
      case "water":
        water.set(event, atS);
        break;
    }
  }

  /** Two rumbles that know nothing of each other, left and right, and foam; the same waves pass through both. */
  function createWaves() {
    const swell = createGain(0);
    const swellCrest = createGain(swellStill);
    connectChain(swellCrest, swell, buses.waves);
    const cutoffs = waveforms.swell.flatMap((samples, side) => {
      const filters = butterworthQDb.map((q) => createFilter("lowpass", 200, q));
      const pan = createPanner(side === 0 ? -swellPan : swellPan);
      connectChain(createLoop(samples, waveforms.sampleRate), ...filters, pan, swellCrest);
      return filters.map((filter) => glideOf(filter.frequency));
    });
    const foam = createGain(0);
    const foamCrest = createGain(foamStill);
    connectChain(createLoop(waveforms.foam, waveforms.sampleRate), foamCrest, foam, buses.waves);
    const [swellLevel, foamLevel] = [levelOf(swell), levelOf(foam)];
    const [swellWave, foamWave] = [glideOf(swellCrest.gain), glideOf(foamCrest.gain)];
    const moves = createMoves();
    return {
      silence: moves.silence,
      set({ gainDb, foamDb, cutoffHz, still, tauS }: Event<"set"> & { layer: "waves" }, atS: number) {
        const { colourTauS, levelTauS } = moves.next(gainDb, tauS);
        if (still) {
          swellWave.to(swellStill, atS, levelTauS);
          foamWave.to(foamStill, atS, levelTauS);
        }
        swellLevel.to(fromDb(gainDb), atS, levelTauS);
        foamLevel.to(fromDb(foamDb), atS, levelTauS);
        for (const cutoff of cutoffs) cutoff.to(cutoffHz, atS, colourTauS);
      },
      /** A wave rises faster than it falls, and breaks when it is highest. */
      crest({ periodS, amplitude }: Event<"crest">, atS: number) {
        swellWave.to(amplitude, atS, 0.16 * periodS);
        swellWave.to(swellTrough, atS + 0.38 * periodS, 0.2 * periodS);
        foamWave.to(amplitude, atS + 0.12 * periodS, 0.1 * periodS);
        foamWave.to(foamTrough, atS + 0.42 * periodS, 0.12 * periodS);
      },
    };
  }

  function createWind() {
    const band = createFilter("bandpass", 800, 1.5);
    const flutter = createGain(1);
    const gain = createGain(0);
    const place = createPanner(0);
    const depth = createGain(flutterLeast);
    connectChain(createLoop(waveforms.wind, waveforms.sampleRate), band, flutter, gain, place, buses.wind);
    connectChain(createLoop(waveforms.flutter, flutterSampleRate), depth);
    connect(depth, flutter.gain);
    const level = levelOf(gain);
    const [centre, sharpness] = [glideOf(band.frequency), glideOf(band.Q)];
    const [pan, gusts] = [glideOf(place.pan), glideOf(depth.gain)];
    const moves = createMoves();
    return {
      silence: moves.silence,
      set(event: Event<"set"> & { layer: "wind" }, atS: number) {
        const { colourTauS, levelTauS } = moves.next(event.gainDb, event.tauS);
        level.to(fromDb(event.gainDb), atS, levelTauS);
        centre.to(event.centreHz, atS, colourTauS);
        sharpness.to(event.q, atS, colourTauS);
        pan.to(event.pan, atS, colourTauS);
        gusts.to(flutterScale * (flutterLeast + (flutterMost - flutterLeast) * event.gust), atS, colourTauS);
      },
    };
  }

  function createDrone() {
    const gain = createGain(0);
    const throbbing = createGain(throbMiddle);
    const throb = createOscillator(0.5);
    const depth = createGain(throbDepth);
    connectChain(createLoop(waveforms.drone, waveforms.sampleRate), throbbing, gain, buses.pressure);
    connectChain(throb, depth);
    connect(depth, throbbing.gain);
    const level = levelOf(gain);
    const [rate, deep] = [glideOf(throb.frequency), glideOf(depth.gain)];
    const moves = createMoves();
    return {
      silence: moves.silence,
      set({ gainDb, throbHz, tauS }: Event<"set"> & { layer: "pressure" }, atS: number) {
        const { colourTauS, levelTauS } = moves.next(gainDb, tauS);
        level.to(fromDb(gainDb), atS, levelTauS);
        if (throbHz > 0) rate.to(throbHz, atS, colourTauS);
        deep.to(throbHz > 0 ? throbDepth : 0, atS, colourTauS);
      },
    };
  }

  function createGlass() {
    const [tone1, tone2] = [createOscillator(referenceHz), createOscillator(2 * referenceHz)];
    const octave = createGain(glassOctave);
    const gain = createGain(0);
    const send = createGain(nearRoom);
    connectChain(tone1, gain, buses.water);
    connectChain(tone2, octave, gain);
    connectChain(buses.water, send, room.input);
    const level = levelOf(gain);
    const [pitch, octavePitch] = [glideOf(tone1.frequency), glideOf(tone2.frequency)];
    const far = glideOf(send.gain);
    const moves = createMoves();
    return {
      silence: moves.silence,
      set({ gainDb, hz, room = 0, tauS }: Event<"set"> & { layer: "water" }, atS: number) {
        const { colourTauS, levelTauS } = moves.next(gainDb, tauS);
        level.to(fromDb(gainDb) * (referenceHz / hz) ** glassLoudness, atS, levelTauS);
        pitch.to(hz, atS, colourTauS);
        octavePitch.to(2 * hz, atS, colourTauS);
        far.to(nearRoom + (farRoom - nearRoom) * room, atS, colourTauS);
      },
    };
  }

  function strike(event: StrikeEvent, atS: number): void {
    voices = voices.filter(({ endS }) => endS > now());
    makeRoomForOne(atS);
    const gain = context.createGain();
    const place = context.createStereoPanner();
    place.pan.value = event.pan;
    gain.connect(place);
    connect(place, buses[event.type === "ping" ? "lighthouse" : "bells"]);
    const far = event.type === "ping" || !event.room ? null : context.createGain();
    if (far && event.type !== "ping") {
      far.gain.value = (event.room ?? 0) * (farRoom - nearRoom);
      place.connect(far);
      connect(far, farBells);
    }
    const { sources, seconds } = sourcesOf(event, gain, atS);
    const voice = { atS, endS: atS + seconds, gainDb: event.gainDb, gain, sources };
    for (const source of sources) {
      source.start(atS);
      source.stop(voice.endS);
    }
    const [longest] = sources;
    longest?.addEventListener("ended", () => {
      place.disconnect();
      far?.disconnect();
    });
    voices.push(voice);
  }

  /** Connects what sounds to the voice's gain, and sets that. The first source rings longest. */
  function sourcesOf(event: StrikeEvent, gain: GainNode, atS: number): { sources: Source[]; seconds: number } {
    const level = fromDb(event.gainDb);
    switch (event.type) {
      case "bell": {
        const { body, brightness, rate } = bellFor(event.hz);
        gain.gain.value = level * (referenceHz / event.hz) ** bellLoudness;
        const bright = context.createGain();
        bright.gain.value = event.hardness;
        bright.connect(gain);
        const soft = createPlayed(body, rate, gain);
        return {
          sources: [soft, createPlayed(brightness, rate, bright)],
          seconds: body.length / waveforms.sampleRate / rate,
        };
      }
      case "bowed": {
        const { bowed, rate } = bellFor(event.hz);
        gain.gain.value = level * (referenceHz / event.hz) ** bellLoudness;
        return { sources: [createPlayed(bowed, rate, gain)], seconds: bowed.length / waveforms.sampleRate / rate };
      }
      case "knock":
        gain.gain.value = level;
        return {
          sources: [createPlayed(waveforms.knock, 1, gain)],
          seconds: waveforms.knock.length / waveforms.sampleRate,
        };
      case "ping": {
        const oscillator = context.createOscillator();
        oscillator.frequency.value = event.hz;
        oscillator.connect(gain);
        gain.gain.value = 0;
        gain.gain.setValueAtTime(0, atS);
        gain.gain.linearRampToValueAtTime(level, atS + pingRiseS);
        gain.gain.setTargetAtTime(0, atS + pingHoldS, pingTauS);
        return { sources: [oscillator], seconds: pingS };
      }
    }
  }

  /** The nearest of the sixteen bells; it is played faster or slower where the exact pitch is wanted. */
  function bellFor(hz: number) {
    const distance = (noteHz: number) => Math.abs(Math.log(noteHz / hz));
    const nearest = bellNotesHz.reduce((best, noteHz, index) => {
      return distance(noteHz) < distance(bellNotesHz[best] ?? 0) ? index : best;
    }, 0);
    const [strokes, bowed] = [waveforms.bells[nearest], waveforms.bowed[nearest]];
    if (!strokes || !bowed) throw new RangeError("the waveforms have no bell for each note");
    return { ...strokes, bowed, rate: hz / (bellNotesHz[nearest] ?? hz) };
  }

  /** Of those that sound at a moment, the quietest makes room. */
  function makeRoomForOne(atS: number): void {
    const sounding = voices.filter((voice) => voice.atS <= atS && voice.endS > atS);
    if (sounding.length < mostVoices) return;
    const loudness = (voice: Voice) => voice.gainDb - (60 * (atS - voice.atS)) / ringS;
    const quietest = sounding.reduce((a, b) => (loudness(b) < loudness(a) ? b : a));
    stolen++;
    endVoice(quietest, atS, stealingTauS);
  }

  /** A voice that has not begun by then never does. */
  function endVoice(voice: Voice, atS: number, tauS: number): void {
    if (voice.endS <= atS) return;
    if (voice.atS < atS) {
      voice.gain.gain.setTargetAtTime(0, atS, tauS);
      voice.endS = Math.min(voice.endS, atS + fadeEnds * tauS);
    } else {
      voice.endS = voice.atS;
    }
    for (const source of voice.sources) source.stop(voice.endS);
  }

  function createRoom() {
    const convolver = context.createConvolver();
    convolver.normalize = false;
    convolver.buffer = bufferOf(waveforms.sampleRate, ...waveforms.room);
    const input = createGain(1);
    connectChain(input, convolver, master);
    // Before the convolver, which rests while it is given silence.
    return { input, level: glideOf(input.gain) };
  }

  function createSeatBelt(): WaveShaperNode {
    const shaper = context.createWaveShaper();
    shaper.curve = seatBeltCurve();
    return shaper;
  }

  function createLoop(samples: Float32Array<ArrayBuffer>, sampleRate: number): AudioBufferSourceNode {
    const loop = context.createBufferSource();
    loop.buffer = bufferOf(sampleRate, samples);
    loop.loop = true;
    const startS = now();
    loop.start(startS, (beginS + startS) % loop.buffer.duration);
    loops.push(loop);
    return loop;
  }

  function createPlayed(samples: Float32Array<ArrayBuffer>, rate: number, into: AudioNode): AudioBufferSourceNode {
    const source = context.createBufferSource();
    source.buffer = bufferOf(waveforms.sampleRate, samples);
    source.playbackRate.value = rate;
    source.connect(into);
    return source;
  }

  function bufferOf(sampleRate: number, ...channels: Float32Array<ArrayBuffer>[]): AudioBuffer {
    const [first] = channels;
    const known = first && buffers.get(first);
    if (known) return known;
    const buffer = context.createBuffer(channels.length, first?.length ?? 1, sampleRate);
    for (const [channel, samples] of channels.entries()) buffer.copyToChannel(samples, channel);
    if (first) buffers.set(first, buffer);
    return buffer;
  }

  function createOscillator(hz: number): ToneOscillatorNode {
    const oscillator = new ToneOscillatorNode({ context: tone, frequency: hz }).start(now());
    oscillators.push(oscillator);
    return oscillator;
  }

  function createGain(gain: number): Gain {
    return new Gain({ context: tone, gain });
  }

  function createFilter(type: BiquadFilterType, frequency: number, Q: number): BiquadFilter {
    return new BiquadFilter({ context: tone, type, frequency, Q });
  }

  function createPanner(pan: number): Panner {
    return new Panner({ context: tone, pan, channelCount: 1 });
  }

  function glideOf(param: Param<"gain"> | Param<"frequency"> | Param<"number"> | Param<"audioRange">): Glide {
    const glide = createGlide(param as Param<"number">, now);
    glides.push(glide);
    return glide;
  }

  /** The level of a layer, which falls to nothing when the score is switched. */
  function levelOf(gain: Gain): Glide {
    const level = createGlide(gain.gain as unknown as Param<"number">, now);
    levels.push(level);
    return level;
  }
}

/** How quickly a layer follows: at once in all but its level where it was silent. */
function createMoves() {
  let audible = false;
  return {
    next(gainDb: number, tauS = usualTauS) {
      const wasAudible = audible;
      audible = gainDb > silentDb;
      return {
        colourTauS: wasAudible ? tauS : atOnceS,
        levelTauS: Math.max(shortestFadeS, tauS / 2),
      };
    },
    silence() {
      audible = false;
    },
  };
}

function connectChain(first: Parameters<typeof connect>[0], ...rest: Parameters<typeof connect>[1][]): void {
  let from = first;
  for (const to of rest) {
    connect(from, to);
    from = to as typeof from;
  }
}

/** A straight line up to {@link seatBeltLevel}, and from there a bend that never reaches 1. */
function seatBeltCurve(): Float32Array<ArrayBuffer> {
  const left = 1 - seatBeltLevel;
  return Float32Array.from({ length: seatBeltPoints }, (_, index) => {
    const value = seatBeltRange * ((2 * index) / (seatBeltPoints - 1) - 1);
    const size = Math.abs(value);
    if (size <= seatBeltLevel) return value;
    return Math.sign(value) * (seatBeltLevel + left * Math.tanh((size - seatBeltLevel) / left));
  });
}

function fromDb(db: number): number {
  return db <= silentDb ? 0 : 10 ** (db / 20);
}
