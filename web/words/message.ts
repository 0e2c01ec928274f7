// Fills the placeholders of messages, and formats numbers and lists for the language of the page.

import { locale } from "./english/values.ts";

/** A message with a form for each plural category of the language. Its placeholder `{count}` selects the form. */
type Plural = { readonly other: string } & { readonly [Category in Intl.LDMLPluralRule]?: string };

type PlaceholderOf<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholderOf<Rest> : never;

/** The values of a message's placeholders. */
type ValuesOf<Message extends string | Plural> = Message extends Plural
  ? { count: number } & ValuesOf<Message[keyof Message] & string>
  : { [Name in PlaceholderOf<Message>]: string | number };

// Created once: creating them takes longer than all other work for a report.
const plurals = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);
const lists = new Intl.ListFormat(locale, { type: "unit" });

/**
 * Fills the placeholders of a message. The compiler checks that each has a value.
 * @param message a text, or one text for each plural category
 * @param values a value for each `{name}`; numbers get the separators of the language
 */
export function fill<const Message extends string | Plural>(message: Message, values: ValuesOf<Message>): string {
  const known: Record<string, string | number> = values;
  const text = typeof message === "string" ? message : (message[plurals.select(Number(known.count))] ?? message.other);
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = known[name];
    return typeof value === "number" ? numbers.format(value) : String(value);
  });
}

/** Joins phrases to a list: `a, b, c`. */
export function formatList(phrases: readonly string[]): string {
  return lists.format(phrases);
}
