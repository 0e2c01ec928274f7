// The page that shows the API: it renders `/openapi.json` and sends requests from forms.

import { messageOf } from "../../shared/errors.ts";
import { find, make, setText } from "../dom/dom.ts";
import { type Answer, listen, send } from "./requests.ts";

/** The parts of an OpenAPI document that this page reads. */
type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  description?: string;
  required?: boolean;
  example?: unknown;
  schema: { enum?: string[]; default?: unknown };
};
type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  parameters: Parameter[];
  responses: Record<string, { content?: Record<string, unknown> }>;
};
type Api = { info: { description: string; version: string }; paths: Record<string, { get: Operation }> };

const stateLine = find("state", HTMLElement);

await main();

async function main(): Promise<void> {
  try {
    const response = await fetch("./openapi.json");
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    show((await response.json()) as Api);
    stateLine.remove();
    // The sections did not exist when the browser looked for the URL's fragment, so scroll to it now.
    if (location.hash !== "") document.getElementById(location.hash.slice(1))?.scrollIntoView();
  } catch (error) {
    stateLine.textContent = `The API description could not be loaded: ${messageOf(error)}`;
  }
}

function show({ info, paths }: Api): void {
  find("about", HTMLElement).append(...paragraphs(info.description));
  const operations = Object.entries(paths).map(([path, { get }]) => ({ path, operation: get }));
  const links = operations.map(({ path, operation }) => {
    const link = make("a", { attributes: { href: `#${operation.operationId}` } }, path);
    return make("li", {}, link);
  });
  find("contents", HTMLElement).append(make("ul", {}, ...links));
  find("addresses", HTMLElement).append(...operations.map(({ path, operation }) => section(path, operation)));
}

function section(path: string, operation: Operation): HTMLElement {
  const { operationId, summary, description = "", parameters, responses } = operation;
  // A page cannot set request headers on an EventSource; the browser sends Last-Event-ID itself.
  const fields = parameters
    .filter((parameter) => parameter.in !== "header")
    .map((parameter) => field(operationId, parameter));
  const isStream = responses[200]?.content?.["text/event-stream"] !== undefined;
  const command = make("code", {});
  const button = make("button", { attributes: { type: "submit" } }, isStream ? "Listen" : "Send");
  const answer = createAnswerPlace(path);
  const form = make(
    "form",
    {},
    ...fields.map(({ row }) => row),
    make("div", { attributes: { class: "send" } }, button, command),
  );

  const address = () => addressOf(path, fields);
  const showCommand = () => {
    command.textContent = `curl ${isStream ? "-N " : ""}'${new URL(address(), document.baseURI)}'`;
  };
  let stop: (() => void) | null = null;
  form.addEventListener("input", showCommand);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isStream) {
      if (stop === null) stop = listen(address(), answer.show);
      else {
        stop();
        stop = null;
      }
      button.textContent = stop === null ? "Listen" : "Stop";
    } else {
      void send(address()).then(answer.show);
    }
  });
  showCommand();
  return make(
    "section",
    { attributes: { id: operationId, "aria-labelledby": `${operationId}-path` } },
    make("h2", { attributes: { id: `${operationId}-path` } }, make("small", {}, "GET"), path),
    make("p", {}, summary),
    make("div", { attributes: { class: "text" } }, ...paragraphs(description)),
    form,
    answer.element,
  );
}

type Field = { parameter: Parameter; row: HTMLElement; value(): string };

function field(operationId: string, parameter: Parameter): Field {
  const { name, description = "", example, schema } = parameter;
  const id = `${operationId}-${name}`;
  const common: Record<string, string> = { id, name, "aria-describedby": `${id}-about` };
  const isInPath = parameter.in === "path";
  const input = schema.enum
    ? make(
        "select",
        { attributes: common },
        make("option", { attributes: { value: "" } }, ""),
        ...schema.enum.map((value) => make("option", {}, value)),
      )
    : make("input", {
        attributes: {
          ...common,
          type: "text",
          autocomplete: "off",
          spellcheck: "false",
          placeholder: String(schema.default ?? example ?? ""),
          ...(isInPath ? { value: String(example), required: "" } : {}),
        },
      });
  const about = make("p", { attributes: { id: `${id}-about` } }, ...inline(description));
  return {
    parameter,
    row: make(
      "div",
      { attributes: { class: "parameter" } },
      make("label", { attributes: { for: id } }, name),
      input,
      about,
    ),
    value: () => input.value,
  };
}

/** Writes a readable URL: commas in lists are not percent-encoded. */
function addressOf(path: string, fields: Field[]): string {
  const textOf = ({ value }: Field) => encodeURIComponent(value()).replaceAll("%2C", ",").replaceAll("%3A", ":");
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const inPath = fields.find(({ parameter }) => parameter.name === name);
    return inPath === undefined ? "" : textOf(inPath);
  });
  const query = fields
    .filter(({ parameter, value }) => parameter.in === "query" && value() !== "")
    .map((field) => `${field.parameter.name}=${textOf(field)}`);
  return `.${filled}${query.length > 0 ? `?${query.join("&")}` : ""}`;
}

/**
 * Creates the element that shows an answer. Only its title is a live region: a stream's text changes with each event.
 */
function createAnswerPlace(path: string) {
  const title = make("p", { attributes: { role: "status" } });
  const text = make("pre", {
    // The element scrolls, so it needs keyboard focus.
    attributes: { tabindex: "0", role: "region", "aria-label": `The answer of ${path}` },
    hidden: true,
  });
  const element = make("div", { attributes: { class: "answer" } }, title, text);
  return {
    element,
    show({ isGood, title: said, headers, body }: Answer): void {
      element.className = `answer ${isGood ? "good" : "bad"}`;
      setText(title, said);
      text.textContent = `${headers.map(([name, value]) => `${name}: ${value}\n`).join("")}\n${body}`.trim();
      text.hidden = false;
    },
  };
}

function paragraphs(text: string): HTMLElement[] {
  return text
    .split("\n\n")
    .filter(Boolean)
    .map((part) => make("p", {}, ...inline(part)));
}

/** Turns `code` spans of a text into elements. */
function inline(text: string): (HTMLElement | string)[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? make("code", {}, part) : part));
}
