// Plays a lesson and keeps it playing: after a pause that outlasts its token (403), when it is replaced (404), when the
// network was away. It goes on where the viewer was, as fast, and paused if it was.

const AWAY = navigator.language.startsWith("fr")
  ? "La vidéo n'est pas joignable pour le moment ; elle reprendra d'elle-même."
  : "The video cannot be reached at the moment; it will go on by itself.";

/// The answer of `address`, or an error with the server's own sentence; `isFinal` where asking again changes nothing.
export async function get(address) {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => { throw new Error(AWAY); });
  if (answer.ok) return answer;
  const { error, message = AWAY } = await answer.json().catch(() => ({}));
  const passes = answer.status >= 500 || ["conversion_in_progress", "rate_limited"].includes(error);
  throw Object.assign(new Error(message), { isFinal: !passes });
}

/// `ask` fetches a new signed_playlist_url from your backend; `tell` shows a sentence, and none ("") when the film goes
/// on; `Hls` is the class of hls.js, for browsers without HLS of their own. Answers a function that ends it all.
export function play(video, { ask, tell, Hls }) {
  const isNative = video.canPlayType("application/vnd.apple.mpegurl") !== "";
  const ending = new AbortController();
  const on = (event, act) => video.addEventListener(event, act, { signal: ending.signal });
  let hls = null, failures = 0, failed = 0, isRenewing = false;
  let at = 0, isWanted = !video.paused; // where the viewer is, and that it shall play: a failed attempt loses neither
  video.crossOrigin = "anonymous"; // sends Origin where the site's Referrer-Policy hides the page

  function load(address) {
    video.defaultPlaybackRate = video.playbackRate; // which a new address would put back
    hls?.destroy();
    if (isNative) {
      video.src = address;
    } else {
      hls = new Hls();
      hls.on(Hls.Events.ERROR, (_, { fatal, response }) => {
        if (fatal || [403, 404].includes(response?.code)) renew();
      });
      hls.loadSource(address);
      hls.attachMedia(video);
    }
    if (isWanted) video.play().catch(() => {}); // a browser may want a click first
  }

  async function renew() {
    if (isRenewing) return;
    isRenewing = true;
    for (let isLoaded = false; !isLoaded && !ending.signal.aborted; ) {
      failures = Date.now() - failed < 60_000 ? failures + 1 : 0;
      failed = Date.now();
      await new Promise((done) => setTimeout(done, Math.min(failures, 30) * 1000));
      try {
        const address = await ask();
        if (failures > 0) await get(address); // a second time within the minute: the server says why
        if (!ending.signal.aborted) load(address);
        isLoaded = true;
      } catch (problem) {
        tell(problem.message);
        if (problem.isFinal && failures > 2) return; // and stays so: isRenewing keeps the next one from beginning
      }
    }
    isRenewing = false;
  }

  // A new address begins at 0 with nothing: that is not where the viewer was.
  for (const event of ["timeupdate", "seeking"]) on(event, () => { if (video.readyState > 0) at = video.currentTime; });
  on("play", () => { isWanted = true; });
  on("pause", () => { if (!video.error) isWanted = false; }); // Chromium pauses what failed
  on("loadedmetadata", () => { if (at > 0) video.currentTime = at < video.duration ? at : 0; });
  on("canplay", () => tell(""));
  on("error", () => { if (isNative) renew(); });
  renew();
  return () => {
    ending.abort();
    hls?.destroy();
    video.removeAttribute("src");
    video.load();
  };
}
