// The axe rules that tests check in each colour scheme.

const colourRules = { preload: false, runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };

const featuresOf = (scheme: "light" | "dark", forced: "none" | "active") => [
  { name: "prefers-color-scheme", value: scheme },
  { name: "forced-colors", value: forced },
];

/** Lists colour schemes with options for `axe.run`: all rules in one scheme, only the colour rules in the others. */
export const axeSchemes = [
  { scheme: "light", features: featuresOf("light", "none"), rules: { preload: false } },
  { scheme: "dark", features: featuresOf("dark", "none"), rules: colourRules },
  { scheme: "forced light", features: featuresOf("light", "active"), rules: colourRules },
  { scheme: "forced dark", features: featuresOf("dark", "active"), rules: colourRules },
];
