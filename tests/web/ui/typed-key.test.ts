// Keys of other keyboard layouts.

import { expect, test } from "bun:test";
import { typedKey } from "../../../web/ui/typed-key.ts";

/** As a browser reports a key. @param held modifiers, like `altKey` or `AltGraph` */
function pressed(key: string, code: string, ...held: string[]) {
  return typedKey({
    ...{ key, code },
    shiftKey: held.includes("shiftKey"),
    ctrlKey: held.includes("ctrlKey"),
    altKey: held.includes("altKey"),
    metaKey: held.includes("metaKey"),
    getModifierState: (name) => held.includes(name),
  });
}

test.each([
  ["Russian", "ь", "KeyM", "m"],
  ["Russian with Caps Lock", "Ь", "KeyM", "m"],
  ["Russian", "х", "BracketLeft", "["],
  ["Greek", "μ", "KeyM", "m"],
  ["Arabic", "ة", "KeyM", "m"],
  ["Arabic", "ظ", "Slash", "/"],
  ["Hebrew", "צ", "KeyM", "m"],
  ["Hindi", "ं", "KeyX", "x"],
  ["Thai", "ื", "KeyN", "n"],
  ["Thai", "จ", "Digit0", "0"],
  ["Korean", "ㅡ", "KeyM", "m"],
  ["Japanese kana", "も", "KeyM", "m"],
  ["Georgian", "მ", "KeyM", "m"],
])("a %s keyboard's %s acts as the key at its place on a US keyboard", (_, key, code, typed) => {
  expect(pressed(key, code)).toBe(typed);
});

test.each([
  ["AZERTY", "m", "Semicolon", "m"],
  ["AZERTY", "à", "Digit0", "à"],
  ["Dvorak", "m", "KeyM", "m"],
  ["Dvorak", "r", "KeyO", "r"],
  ["German", "ü", "BracketLeft", "ü"],
  ["German", "-", "Slash", "-"],
  ["Spanish", "º", "Backquote", "º"],
  ["US", "M", "KeyM", "m"],
  ["US", "ArrowLeft", "ArrowLeft", "ArrowLeft"],
])("a %s keyboard's %s keeps its own character", (_, key, code, typed) => {
  expect(pressed(key, code)).toBe(typed);
});

test("signs that need AltGr or Option are typed with them", () => {
  expect(pressed("[", "Digit5", "altKey")).toBe("[");
  expect(pressed("[", "Digit8", "AltGraph")).toBe("[");
  expect(pressed("[", "Digit8", "ctrlKey", "altKey", "AltGraph")).toBe("[");
  expect(pressed("?", "Slash", "shiftKey")).toBe("?");
  expect(pressed("ظ", "Slash", "shiftKey")).toBe("?");
});

test.each([
  ["m", "KeyM", "ctrlKey"],
  ["m", "KeyM", "metaKey"],
  ["m", "KeyM", "altKey"],
  ["ь", "KeyM", "ctrlKey"],
  ["µ", "KeyM", "altKey"],
  ["µ", "KeyM", "AltGraph"],
  ["[", "BracketLeft", "altKey"],
  ["ArrowLeft", "ArrowLeft", "altKey"],
])("%s (%s) with %s is a command of the browser or another character", (key, code, held) => {
  expect(pressed(key, code, held)).toBeNull();
});
