// What axe looks at in each colour scheme.

/** Options for `axe.run` by scheme: all rules in one, and in the other those that depend on colours. */
export const axeRules = {
  light: { preload: false },
  dark: { preload: false, runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } },
};
