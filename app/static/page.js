// Warns before a page with edits is left, tells screen readers what has arrived, and keeps the focus.
function watchPage(state) {
  let live = document.getElementById("cxr-live");
  if (!live) {
    live = document.createElement("div");
    live.id = "cxr-live";
    live.setAttribute("role", "status");
    document.body.append(live);
  }
  if (live.textContent !== state.said) live.textContent = state.said;
  const known = window.cxrEdited !== undefined;
  window.cxrEdited = state.edited;
  if (state.removed && state.removed !== window.cxrRemoved) focusUndo();
  window.cxrRemoved = state.removed;
  if (known) return;
  const box = ".st-key-evidence textarea"; // the clinician's own text
  document.addEventListener("input", (event) => {
    if (event.target.matches && event.target.matches(box)) window.cxrEdited = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!window.cxrEdited) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers ask for; each says its own sentence
  });
  keepFocus();
}

// The control that removed a radiograph may by now remove the next one: the way back has the focus.
function focusUndo() {
  const EVERY_MS = 100;
  let tries = 50;
  const timer = setInterval(() => {
    const button = document.querySelector(".st-key-undo button");
    if (button) button.focus({ preventScroll: true });
    if (button || --tries === 0) clearInterval(timer);
  }, EVERY_MS);
}

// Where the focus goes when the control that had it is gone: to the way back, the list, the title.
function keepFocus() {
  const PLACES = [".st-key-undo button", ".st-key-cases input:checked", ".cxr-title", ".cxr-brand h1"];
  const REST_MS = 400; // Streamlit draws a page bit by bit
  let last = null, timer;
  document.addEventListener("focusin", (event) => { last = event.target; });
  const find = () => {
    timer = undefined;
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    const next = PLACES.map((place) => document.querySelector(place)).find((item) => item);
    if (!next) return;
    if (!next.matches("button, input")) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  };
  new MutationObserver(() => {
    if (last && !last.isConnected) timer ??= setTimeout(find, REST_MS);
  }).observe(document.body, { childList: true, subtree: true });
}
