// Words of problems: why there is no connection, and what could not be loaded.

// Reasons after `Reconnecting:` or `Refused:`:
export const noServer = "this address is not a bellbuoy server";
export const interrupted = "the stream was interrupted";
export const lost = "the connection was lost";
export const silent = "the server does not answer";
export const offline = "this device is offline";
export const unreachable = "the server cannot be reached";
export const forbiddenServer =
  "the host of this page allows no other server: to use ?server=, open the player from a static host";
export const insecureServer = "a page on https: cannot use a server on http:";
export const pageFault = "a fault of this page: {error}";
export const status = "status {status}";
export const missed = "too many events were missed";
export const reset = "{reason}; loading the newest reports again";
export const addressInLink = '?server= is "{address}", but must be an address like https://bellbuoy.example.org';
export const addressInPage =
  'the page\'s own "bellbuoy-server" is "{address}", but must be an address like https://bellbuoy.example.org';
export const addressOfPage =
  'the address of this page is "{address}", but must be an address like https://bellbuoy.example.org';

export const missingPart = "This could not be loaded. Reload once the server answers.";
export const reload = "Reload";
export const missingRecording = "Recording could not be loaded: reload the page.";
