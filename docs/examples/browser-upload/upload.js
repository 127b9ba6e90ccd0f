// A small tus 1.0.0 client: parts of 8 MiB, and on whatever goes wrong it asks how far the server is, and goes on.

const PART = 8 * 1024 * 1024;
const VERSION = { "Tus-Resumable": "1.0.0" };
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

function metadata(file, rel) {
  const [trainer_id, course_id, module_id, lesson_id] = rel.split("/");
  const fields = { filename: file.name, filetype: file.type, trainer_id, course_id, module_id, lesson_id };
  return Object.entries(fields).map(([key, value]) => `${key} ${base64(value)}`).join(",");
}

// fetch tells nothing of how far a body is, XMLHttpRequest does.
function request(method, url, headers, body, onSent = () => {}) {
  return new Promise((done, failed) => {
    const call = new XMLHttpRequest();
    call.open(method, url);
    for (const [name, value] of Object.entries({ ...VERSION, ...headers })) call.setRequestHeader(name, value);
    call.upload.onprogress = (event) => onSent(event.loaded);
    call.onload = () => done(call);
    call.onerror = () => failed(new Error("the connection broke"));
    call.send(body);
  });
}

/// Sends `file`; answers the address of the task's status. `onProgress` is told the share that was sent.
export async function upload(file, { server, token, rel }, onProgress) {
  // Kept, so that a page that was closed goes on with the upload when the same file is chosen again.
  const key = `upload:${rel}:${file.name}:${file.size}:${file.lastModified}`;
  let address = localStorage.getItem(key);
  for (let failures = 0; ; ) {
    try {
      if (!address) {
        const begun = await request("POST", `${server}/upload/tus/`, {
          Authorization: `Bearer ${token}`, "Upload-Length": file.size, "Upload-Metadata": metadata(file, rel),
        });
        if (begun.status !== 201) throw refusal(begun);
        address = begun.getResponseHeader("Location");
        localStorage.setItem(key, address);
      }
      let answer = await request("HEAD", address, {});
      while (answer.status === 200 || answer.status === 204) {
        failures = 0;
        const status = answer.getResponseHeader("Focust-Status-Url");
        if (status) {
          localStorage.removeItem(key);
          return status;
        }
        const offset = Number(answer.getResponseHeader("Upload-Offset"));
        answer = await request(
          "PATCH", address, { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset },
          file.slice(offset, offset + PART), (sent) => onProgress((offset + sent) / file.size));
      }
      // Gone, or revoked with the token that began it: the present token begins anew.
      if ([403, 404, 410].includes(answer.status)) {
        localStorage.removeItem(key);
        address = null;
        throw new Error(`status ${answer.status}`);
      }
      throw refusal(answer);
    } catch (problem) {
      if (problem.isFinal || ++failures > 10) throw problem;
      await pause(Math.min(2 ** failures, 30));
    }
  }
}

// What another try cannot change: refused for what was asked, not for when.
function refusal({ status, responseText }) {
  const problem = new Error(sentence(responseText) ?? `status ${status}`);
  problem.isFinal = status >= 400 && status < 500 && ![404, 409, 410, 423, 429].includes(status);
  return problem;
}

// What a refusal says to people, in their language.
function sentence(body) {
  try {
    return JSON.parse(body).message;
  } catch {
    return undefined; // a proxy in between answered, with a page of its own
  }
}

/// Waits until the film can be played. `onProgress` is told the share that was converted.
export async function converted(statusURL, token, onProgress) {
  for (;;) {
    const answer = await fetch(statusURL, { headers: { Authorization: `Bearer ${token}` } }).catch(() => null);
    // A network that is away for a while, or a server that starts anew, says nothing about the film.
    if (answer && answer.status !== 429 && answer.status < 500) {
      const task = await answer.json();
      if (task.status === "completed") return;
      if (!["queued", "processing"].includes(task.status)) {
        throw new Error(task.error?.message ?? task.message ?? task.status);
      }
      onProgress(task.progress);
    }
    await pause(1);
  }
}
