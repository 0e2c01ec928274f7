// The mixer: a slider and a solo button for each layer of the sound.

import { make } from "../../dom/dom.ts";
import { type Layer, layers } from "../../sound/sound-event.ts";
import { mixer as words } from "../../words/english/extras.ts";

/**
 * Builds the mixer into an element: a slider and a solo button for each layer.
 * @param levels initial slider values, 0..1
 * @param onChange receives a layer and its slider's value, 0..1, after each move
 * @param onLevel receives each layer's resulting level, 0..1: its slider, or 0 while another layer is soloed
 */
export function createMixer(
  element: HTMLElement,
  levels: Readonly<Record<Layer, number>>,
  onChange: (layer: Layer, level: number) => void,
  onLevel: (layer: Layer, level: number) => void,
): void {
  const soloed = new Set<Layer>();
  const sliders = new Map<Layer, HTMLInputElement>();
  element.replaceChildren(make("h2", { textContent: words.title }), ...layers.map(createRow));
  apply();

  function createRow(layer: Layer): HTMLElement {
    const [name, levelLabel, soloLabel] = words.layers[layer];
    const range = { type: "range", min: "0", max: "100", value: String(Math.round(levels[layer] * 100)) };
    const slider = make("input", { ...range, attributes: { "aria-label": levelLabel } });
    const attributes = { "aria-label": soloLabel, "aria-pressed": "false" };
    const solo = make("button", { type: "button", textContent: words.solo, attributes });
    sliders.set(layer, slider);
    slider.addEventListener("input", () => {
      onChange(layer, Number(slider.value) / 100);
      apply();
    });
    solo.addEventListener("click", () => {
      if (!soloed.delete(layer)) soloed.add(layer);
      solo.setAttribute("aria-pressed", String(soloed.has(layer)));
      apply();
    });
    return make("div", { className: "mixer-row" }, make("span", { textContent: name }), slider, solo);
  }

  function apply(): void {
    for (const [layer, slider] of sliders) {
      const isHeard = soloed.size === 0 || soloed.has(layer);
      onLevel(layer, isHeard ? Number(slider.value) / 100 : 0);
    }
  }
}
