/** `import url from "./x.wav"`: the build gives the file a hashed name, and this is it. */
declare module "*.wav" {
  const url: string;
  export default url;
}
