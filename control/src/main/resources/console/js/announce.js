// Tells a screen reader what changed, politely and seldom: beginnings and ends, never figures.

const PAUSE_MILLIS = 1200;

let waiting = [];
let timer = 0;

export function announce(text) {
  waiting.push(text);
  if (timer === 0) {
    timer = setTimeout(say, PAUSE_MILLIS);
  }
}

// What came within the pause is said in one go; of many only the latest few.
function say() {
  timer = 0;
  document.getElementById("announcer").textContent = waiting.slice(-3).join(". ");
  waiting = [];
}
