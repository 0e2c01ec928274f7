// Words of buttons whose words change.

/** The Listen button, by the player's state. */
export const listen = {
  off: "Listen",
  loading: "Tuning the bells…",
  playing: "Pause",
  paused: "Listen",
  interrupted: "Tap to resume",
  failed: "No sound: try again",
} as const;
export const mute = "Mute";
export const unmute = "Unmute";
