// Helpers to find, make and update elements.

/** Properties of an element's class, and attributes by name in `attributes`. */
type Made<Name extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Name], "style" | "dataset" | "attributes">
> & {
  attributes?: Record<string, string>;
};

/** Makes an element with its children. Strings become text nodes; no string is ever parsed as HTML. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  { attributes = {}, ...properties }: Made<Name> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  Object.assign(element, properties);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

/** Finds an element of the page by id. @throws {Error} when the page has no such element of this type */
export function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} "${id}"`);
  return found;
}

/** Sets an element's children. Children that look the same stay, and so keep focus and selection. */
export function setChildren(element: Element, children: readonly (Node | string)[]): void {
  const wanted = children.map((child) => (typeof child === "string" ? new Text(child) : child));
  while (element.childNodes.length > wanted.length) element.lastChild?.remove();
  for (const [index, child] of wanted.entries()) {
    const present = element.childNodes[index];
    if (!present) element.append(child);
    else if (!present.isEqualNode(child)) present.replaceWith(child);
  }
}

/** Sets a text only if it differs, to avoid needless layout and screen reader work every second. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets a text that answers a user's action, and scrolls to it: in a sheet, it may be out of sight. */
export function showAnswer(element: Element, text: string): void {
  setText(element, text);
  element.scrollIntoView({ block: "nearest" });
}
