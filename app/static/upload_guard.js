// Refuses files over the limit before they are sent, in the page's words; the upload control's own
// sentence is English only, as are its parts' names. All other files go on their way untouched.
function nameControls(settings) {
  const control = '[data-testid="stFileUploaderDropzone"]';
  const parts = [
    [`${control} [data-testid="stBaseButton-secondary"]`, settings.button],
    [`${control} input[type="file"]`, settings.label],
  ];
  for (const [selector, name] of parts) {
    for (const part of document.querySelectorAll(selector)) {
      if (part.getAttribute("aria-label") !== name) part.setAttribute("aria-label", name);
    }
  }
}

function guardUploads(settings) {
  const root = document.documentElement;
  root.lang = settings.language;
  root.style.setProperty("--cxr-upload", JSON.stringify(settings.button));
  root.style.setProperty("--cxr-limit", JSON.stringify(settings.limit));
  nameControls(settings);
  const known = window.cxrGuard !== undefined;
  window.cxrGuard = settings;
  if (known) return;
  new MutationObserver(() => nameControls(window.cxrGuard)).observe(document.body, {
    childList: true,
    subtree: true,
  });

  const refuse = (names) => {
    let list = document.getElementById("cxr-refused");
    if (!list) {
      list = document.createElement("div");
      list.id = "cxr-refused";
      list.setAttribute("role", "alert");
      document.body.append(list);
    }
    for (const name of names) {
      const line = document.createElement("div");
      line.className = "cxr-notice cxr-error";
      const text = document.createElement("span");
      text.textContent = `${name}: ${window.cxrGuard.refused} `;
      const code = document.createElement("code");
      code.className = "cxr-code";
      code.textContent = window.cxrGuard.code;
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = window.cxrGuard.close;
      close.onclick = () => line.remove();
      text.append(code);
      line.append(text, close);
      list.append(line);
    }
  };

  // Hands on the files that may go, and stops the event that brought the others.
  const sift = (event, input, files) => {
    const all = Array.from(files || []);
    const large = all.filter((file) => file.size > window.cxrGuard.most);
    if (!input || large.length === 0) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    refuse(large.map((file) => file.name));
    const rest = new DataTransfer();
    all.filter((file) => !large.includes(file)).forEach((file) => rest.items.add(file));
    input.files = rest.files;
    if (rest.files.length > 0) input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const control = '[data-testid="stFileUploader"]';
  window.addEventListener("change", (event) => {
    if (event.target.matches(`${control} input[type="file"]`)) {
      sift(event, event.target, event.target.files);
    }
  }, true);
  window.addEventListener("drop", (event) => {
    const zone = event.target.closest && event.target.closest(control);
    if (zone) sift(event, zone.querySelector('input[type="file"]'), event.dataTransfer.files);
  }, true);
}
