// Requests that the API page sends, as text to show.

import { messageOf } from "../../shared/errors.ts";

/** An answer as the page shows it. */
export type Answer = { isGood: boolean; title: string; headers: [name: string, value: string][]; body: string };

/** Max bytes read of an answer. */
const maxShownBytes = 200_000;
/** Max events of a stream on the page; older ones are removed. */
const maxShownEvents = 50;

const shownHeaders = ["Content-Type", "Content-Encoding", "Cache-Control", "ETag", "Link", "Retry-After"];

/** Requests a URL and reads the start of the answer. Never rejects: an error becomes the answer. */
export async function send(address: string): Promise<Answer> {
  const begunAt = performance.now();
  try {
    const response = await fetch(address);
    const { text, isWhole } = await readBeginning(response);
    const took = `${Math.round(performance.now() - begunAt)} ms`;
    const headers = shownHeaders.flatMap((name): [string, string][] => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    const size = `${(text.length / 1000).toFixed(1)} kB`;
    return {
      isGood: response.ok,
      title: `${response.status} in ${took}, ${isWhole ? size : `the first ${size}`}`,
      headers,
      body: isWhole ? pretty(text) : `${text}\n…`,
    };
  } catch (error) {
    return { isGood: false, title: "No answer", headers: [], body: messageOf(error) };
  }
}

async function readBeginning(response: Response): Promise<{ text: string; isWhole: boolean }> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return { text, isWhole: true };
    text += value;
    if (text.length > maxShownBytes) {
      await reader?.cancel();
      return { text: text.slice(0, maxShownBytes), isWhole: false };
    }
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Opens a stream and calls `onAnswer` after each event. @returns a function that closes the stream */
export function listen(address: string, onAnswer: (answer: Answer) => void): () => void {
  const source = new EventSource(address);
  const events: string[] = [];
  let count = 0;
  const show = (isGood: boolean, title: string) => onAnswer({ isGood, title, headers: [], body: events.join("\n\n") });
  for (const name of ["connection", "observation", "reset"]) {
    source.addEventListener(name, (event) => {
      const { data, lastEventId } = event as MessageEvent<string>;
      count += 1;
      events.unshift(`event: ${name}\ndata: ${data}${lastEventId === "" ? "" : `\nid: ${lastEventId}`}`);
      events.length = Math.min(events.length, maxShownEvents);
      show(true, "Listening, the newest event first");
    });
  }
  source.addEventListener("error", () => {
    // A refused stream stays closed; EventSource reconnects a broken one by itself.
    const isOver = source.readyState === EventSource.CLOSED;
    show(
      false,
      isOver ? "Refused: request the address with curl to see the reason" : "The connection broke, trying again…",
    );
  });
  return () => {
    source.close();
    show(true, `Stopped after ${count} events`);
  };
}
