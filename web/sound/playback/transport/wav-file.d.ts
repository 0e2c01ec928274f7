// The module type of imported .wav files.

/** Types `import url from "./x.wav"`: the build gives the file a hashed name, and `url` is its address. */
declare module "*.wav" {
  const url: string;
  export default url;
}
