// The only way to Tone.js. Its index creates an AudioContext when it is loaded, before any gesture, and is twice as large;
// these files do neither.
export { Panner } from "tone/build/esm/component/channel/Panner.js";
export { BiquadFilter } from "tone/build/esm/component/filter/BiquadFilter.js";
export { Ticker } from "tone/build/esm/core/clock/Ticker.js";
export { Context } from "tone/build/esm/core/context/Context.js";
export { Gain } from "tone/build/esm/core/context/Gain.js";
export { setContext } from "tone/build/esm/core/context/GlobalContext.js";
export type { Param } from "tone/build/esm/core/context/Param.js";
export { connect } from "tone/build/esm/core/context/ToneAudioNode.js";
