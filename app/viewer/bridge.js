// Reports to the page how wide the viewer is, and which part of the radiograph a gesture on it has come to.
export default function ({ parentElement, setStateValue, setTriggerValue }) {
  parentElement.stopTelling?.(); // it is called again whenever the page is drawn
  const stage = document.querySelector('.st-key-viewer_stage');
  if (!stage) return undefined;
  const WIDTH_STEP_PX = 20, REST_MS = 300;
  const STARTS = ['pointerdown', 'wheel', 'keydown'], ENDS = ['pointerup', 'pointercancel', 'keyup'];
  let plot, before, timer;

  const ranges = () => {
    const { xaxis, yaxis } = plot?.layout ?? {};
    return xaxis?.range && yaxis?.range && [...xaxis.range, yaxis.range[1], yaxis.range[0]];
  };
  const report = () => {
    const after = ranges();
    // A figure that was drawn anew in between shows what the page wanted, not what a hand did.
    const changed = before && after && String(after) !== String(before);
    if (plot?.isConnected && changed) setTriggerValue('view', after);
    before = undefined;
  };
  const rest = () => {
    clearTimeout(timer);
    timer = setTimeout(report, REST_MS);
  };
  const start = (event) => {
    plot = before ? plot : stage.querySelector('.js-plotly-plot');
    before ??= ranges();
    if (event.type === 'wheel') rest(); // the others have an end of their own
    else clearTimeout(timer);
  };
  const end = () => before && rest();
  const measure = () => {
    const width = Math.floor(stage.clientWidth / WIDTH_STEP_PX) * WIDTH_STEP_PX;
    if (width > 0 && width !== parentElement.toldWidth) setStateValue('width', width);
    if (width > 0) parentElement.toldWidth = width;
  };
  const observer = new ResizeObserver(measure);
  observer.observe(stage);
  STARTS.forEach((kind) => stage.addEventListener(kind, start, { capture: true, passive: true }));
  ENDS.forEach((kind) => document.addEventListener(kind, end, true)); // a drag ends anywhere
  parentElement.stopTelling = () => {
    clearTimeout(timer);
    observer.disconnect();
    STARTS.forEach((kind) => stage.removeEventListener(kind, start, true));
    ENDS.forEach((kind) => document.removeEventListener(kind, end, true));
  };
  return parentElement.stopTelling;
}
