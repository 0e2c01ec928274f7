// The imports from Tone.js. Its public entry opens an AudioContext on import, before any user gesture, and is twice as
// large (https://github.com/Tonejs/Tone.js/issues/1102). So these paths point into its build; a new version may move
// them.
export { Panner } from "tone/build/esm/component/channel/Panner.js";
export { BiquadFilter } from "tone/build/esm/component/filter/BiquadFilter.js";
export { Ticker } from "tone/build/esm/core/clock/Ticker.js";
export { Context } from "tone/build/esm/core/context/Context.js";
export { Gain } from "tone/build/esm/core/context/Gain.js";
export { setContext } from "tone/build/esm/core/context/GlobalContext.js";
export { connect, type InputNode, type OutputNode } from "tone/build/esm/core/context/ToneAudioNode.js";
