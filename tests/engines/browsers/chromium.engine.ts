// The player in a whole Chromium, with a sound device: the headless one of tests/browser has none.

import { isMissing } from "../programs.ts";
import { testPlayer } from "./player-tests.ts";
import { startChromium } from "./webdriver.ts";

testPlayer("Chromium", startChromium, isMissing("chromedriver", "pulseaudio", "parec", "Xvfb"));
