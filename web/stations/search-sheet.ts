// The sheet that a phone shows while a station is searched.

/**
 * Raises the list above the keyboard while the user searches. Only the style of small screens makes it a sheet.
 * @param side the element to raise
 * @returns a function that lowers it
 */
export function raiseWhileSearching(
  side: HTMLElement,
  { search, end }: { search: HTMLElement; end: HTMLElement },
): () => void {
  const lower = () => side.classList.remove("searching");
  search.addEventListener("focus", () => {
    side.classList.add("searching");
    fitAboveKeyboard();
  });
  search.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") lower();
  });
  // What has the focus next is below the sheet.
  side.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !side.contains(relatedTarget)) lower();
  });
  end.addEventListener("click", lower);
  visualViewport?.addEventListener("resize", fitAboveKeyboard);
  return lower;

  /** Only the visual viewport knows the keyboard in each browser. */
  function fitAboveKeyboard(): void {
    if (visualViewport) side.style.setProperty("--seen-height", `${visualViewport.height}px`);
  }
}
