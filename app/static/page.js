// Warns before a page with edits is left, and tells screen readers what has arrived.
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
}
