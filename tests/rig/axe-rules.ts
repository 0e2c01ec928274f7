// The axe rules that tests check in each colour scheme.

/** Lists options for `axe.run` by scheme: all rules in one scheme, only the colour rules in the other. */
export const axeRules = {
  light: { preload: false },
  dark: { preload: false, runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } },
};
