// The chunk that loads for sound: the playback and the page's words about it.

import type { Clock } from "../../shared/clock.ts";
import type { Announcer } from "../dom/announcer.ts";
import type { PageState } from "../state/page-state.ts";
import { announceSound } from "./announcements.ts";
import { offerSoundExtras } from "./extras/extras-slot.ts";
import { showHearing } from "./hearing.ts";
import { createPlayback, type Playback } from "./playback.ts";
import { showSoundWords } from "./sound-words.ts";

/** Creates the playback, and describes its sound on the page. */
export function startListening(state: PageState, server: string | null, announcer: Announcer, clock: Clock): Playback {
  const playback = createPlayback(state, server, clock);
  showHearing(state, clock);
  showSoundWords(state, clock);
  announceSound(state, announcer, clock);
  offerSoundExtras(playback, state, clock);
  return playback;
}
