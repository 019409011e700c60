// The pages of one's account: the colours.

import { otherTheme, setTheme, startTheme } from "./theme.js";

startTheme(
  () => setTheme(otherTheme()),
  () => {},
);
