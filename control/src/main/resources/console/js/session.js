// Who is signed in. The credential itself is sent once and never kept: the browser has a cookie that
// no script can read, and this tab a second value, without which the cookie changes nothing.

import { get, post, remove, secondValue } from "./api.js";
import { changed } from "./world.js";

export const session = {
  /** Whether the platform has been asked. */
  known: false,
  loggedIn: false,
  /** Whether this tab may change things. */
  changing: false,
  user: "",
  users: false,
  readingNeedsLogin: false,
};

/** Asks the platform. */
export async function refresh() {
  const said = await get("/api/v1/session");
  Object.assign(session, { user: "", ...said, known: true });
  changed();
}

/** Signs in with {token} or {user, secret}. */
export async function signIn(credential) {
  const said = await post("/api/v1/session", credential);
  secondValue(said.csrf);
  await refresh();
  dispatchEvent(new Event("signed-in"));
}

export async function signOut() {
  await remove("/api/v1/session");
  secondValue(null);
  await refresh();
  if (!mayRead()) {
    // What was shown is not for the next one at this screen: forget all of it.
    location.reload();
  }
}

/** What a page may show: false means to ask for the credential first. */
export const mayRead = () => !session.readingNeedsLogin || session.loggedIn;
