import { type Layer, layers } from "../sound/sound-event.ts";

const names: Record<Layer, string> = {
  waves: "Waves",
  wind: "Wind",
  pressure: "Pressure",
  water: "Water",
  lighthouse: "Lighthouse",
  bells: "Bells",
};

/** A slider and a solo for each layer of the sound. */
export type Mixer = {
  /** @param levels of the sliders, 0..1 */
  show(levels: Record<Layer, number>): void;
};

/**
 * Builds the mixer into an element.
 * @param onChange told of every slider that moves
 * @param onLevels told what each layer is to sound at, 0..1: its slider, or nothing where another is soloed
 */
export function createMixer(
  element: HTMLElement,
  onChange: (layer: Layer, level: number) => void,
  onLevels: (levels: Record<Layer, number>) => void,
): Mixer {
  const soloed = new Set<Layer>();
  const sliders = new Map<Layer, HTMLInputElement>();
  const heading = document.createElement("h2");
  heading.textContent = "Mixer";
  element.replaceChildren(heading, ...layers.map(createRow));

  return {
    show(levels) {
      for (const [layer, slider] of sliders) slider.value = String(Math.round(levels[layer] * 100));
      tell();
    },
  };

  function createRow(layer: Layer): HTMLElement {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: "0", max: "100", value: "100" });
    slider.setAttribute("aria-label", `${names[layer]}: level`);
    slider.addEventListener("input", () => {
      onChange(layer, Number(slider.value) / 100);
      tell();
    });
    sliders.set(layer, slider);

    const solo = document.createElement("button");
    Object.assign(solo, { type: "button", textContent: "Solo" });
    solo.setAttribute("aria-label", `${names[layer]}: solo`);
    solo.setAttribute("aria-pressed", "false");
    solo.addEventListener("click", () => {
      if (!soloed.delete(layer)) soloed.add(layer);
      solo.setAttribute("aria-pressed", String(soloed.has(layer)));
      tell();
    });

    const name = document.createElement("span");
    name.textContent = names[layer];
    const row = document.createElement("div");
    row.className = "mixer-row";
    row.append(name, slider, solo);
    return row;
  }

  function tell(): void {
    const heard = (layer: Layer) => soloed.size === 0 || soloed.has(layer);
    const levels = layers.map((layer) => [layer, heard(layer) ? Number(sliders.get(layer)?.value ?? 100) / 100 : 0]);
    onLevels(Object.fromEntries(levels) as Record<Layer, number>);
  }
}
