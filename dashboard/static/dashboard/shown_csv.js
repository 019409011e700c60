// The prices the large chart shows, as a CSV file.

/** getShown() gives {state, range, now} when the button is pressed. */
export function startCsv(getShown) {}
