// The key that a user means, on any keyboard layout.

/** The parts of a `KeyboardEvent` that name its key. */
type Pressed = Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "altKey" | "metaKey" | "getModifierState">;

/** Letters, marks and digits of other scripts than Latin. */
const foreign = /^(?![\p{Script=Latin}\d])[\p{L}\p{M}\p{N}]/u;
/** Signs that some layouts write only with AltGr, or with Option on a Mac: a German Mac writes `[` as Option+5. */
const signs = /^[[\]/?]$/;
/** Signs of the US layout by `KeyboardEvent.code`. */
const signOfCode: Record<string, string> = { BracketLeft: "[", BracketRight: "]", Slash: "/" };

/**
 * Returns the pressed key's character in lower case, or its name. Where the layout has a letter of another script, as
 * Cyrillic, Greek or Arabic ones do, returns the character that a US keyboard has there.
 * @returns `null` for a command of the browser or the system
 */
export function typedKey(event: Pressed): string | null {
  const { key, code, ctrlKey, metaKey } = event;
  const hasAltGr = event.getModifierState("AltGraph");
  // Windows reports AltGr also as Ctrl and Alt.
  if (metaKey || (ctrlKey && !hasAltGr)) return null;
  if (event.altKey || hasAltGr) return signs.test(key) && signOfCode[code] !== key ? key : null;
  return foreign.test(key) ? characterOnUsKeyboard(event) : key.length === 1 ? key.toLowerCase() : key;
}

function characterOnUsKeyboard({ code, shiftKey }: Pressed): string {
  if (code === "Slash" && shiftKey) return "?";
  return signOfCode[code] ?? code.replace(/^(Key|Digit)/, "").toLowerCase();
}
