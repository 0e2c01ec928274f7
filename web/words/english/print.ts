// Words of the printed page.

/** `{time}` has date and time, `{address}` is the page's URL. */
export const printed = "Printed at {time} UTC from {address}";
