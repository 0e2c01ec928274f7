// Why no new reports arrive, as /v1/status states it and as page and terminal put it in words.

/**
 * Causes of an outage of the polls:
 * - `never_polled`: NDBC has not answered any poll yet;
 * - `polls_stopped`: no worker polls;
 * - `ndbc_unreachable`: workers poll, but NDBC does not answer;
 * - `ndbc_silent`: NDBC answers, but has not renewed its file.
 */
export const outageCodes = ["never_polled", "polls_stopped", "ndbc_unreachable", "ndbc_silent"] as const;

/** One of {@link outageCodes}. */
export type OutageCode = (typeof outageCodes)[number];

/** An outage of the polls. `since`: RFC 3339; `null` if it has lasted since the first start. */
export type Outage = { code: OutageCode; since: string | null };
