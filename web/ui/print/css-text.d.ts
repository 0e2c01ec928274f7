// The type of a style sheet imported as text.

/** `import text from "./x.css" with { type: "text" }` */
declare module "*.css" {
  const text: string;
  export default text;
}
