// The player in WebKitGTK, which is close to Safari.

import { isMissing } from "../programs.ts";
import { testPlayer } from "./player-tests.ts";
import { startWebKit } from "./webdriver.ts";

/** GStreamer's AAC encoder, which WebKitGTK records with, does not keep time. */
const canRecordLive = false;

testPlayer("WebKitGTK", startWebKit, isMissing("WebKitWebDriver", "pulseaudio", "parec", "Xvfb"), canRecordLive);
