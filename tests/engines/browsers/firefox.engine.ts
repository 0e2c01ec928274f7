// The player in Firefox.

import { isMissing } from "../programs.ts";
import { startFirefox } from "./firefox.ts";
import { testPlayer } from "./player-tests.ts";

testPlayer("Firefox", startFirefox, isMissing("firefox-esr", "pulseaudio", "parec", "Xvfb"));
