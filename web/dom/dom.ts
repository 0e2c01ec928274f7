/** What an element is made with: properties of its class, and attributes by their own names in `attributes`. */
type Made<Name extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Name], "style" | "dataset" | "attributes">
> & {
  attributes?: Record<string, string>;
};

/** Makes an element with what belongs into it. Text is text: no string of ours or others' is ever read as HTML. */
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

/**
 * Finds what the page is known to have.
 * @throws {Error} when the page and this program do not belong together
 */
export function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} "${id}"`);
  return found;
}

/** Gives an element the children that it shall have; those that look the same stay, with what is read or selected in them. */
export function setChildren(element: Element, children: readonly (Node | string)[]): void {
  const wanted = children.map((child) => (typeof child === "string" ? new Text(child) : child));
  while (element.childNodes.length > wanted.length) element.lastChild?.remove();
  for (const [index, child] of wanted.entries()) {
    const present = element.childNodes[index];
    if (!present) element.append(child);
    else if (!present.isEqualNode(child)) present.replaceWith(child);
  }
}

/** Sets a text only where it differs, so that a page that ticks every second leaves the rest of the browser in peace. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
