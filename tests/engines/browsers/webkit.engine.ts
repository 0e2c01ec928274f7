// The player in WebKitGTK, which is close to Safari.

import { isMissing } from "../programs.ts";
import { testPlayer } from "./player-tests.ts";
import { startWebKit } from "./webdriver.ts";

/** The AAC that WebKitGTK 2.50 records is broken. */
const canRecordLive = false;

testPlayer("WebKitGTK", startWebKit, isMissing("WebKitWebDriver", "pulseaudio", "parec", "Xvfb"), canRecordLive);
