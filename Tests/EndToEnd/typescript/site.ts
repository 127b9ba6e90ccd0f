// A site that is written with the generated client: a trainer uploads, a learner watches, a manager looks and revokes.
// Arguments: the server's address, an API key, a film. Prints as JSON what it saw.
import * as client from "client";

const [basePath, key, path] = Deno.args;
const film = new Blob([await Deno.readFile(path)]);
const lesson = { trainerId: "trainer-1", courseId: "course-1", moduleId: "module-1", lessonId: "generated" };
const rel = Object.values(lesson).join("/");
const backend = new client.Configuration({ basePath, accessToken: key });
const withToken = (accessToken: string) => new client.Configuration({ basePath, accessToken });

/** The body of the refusal that a call ends with, and its status. */
async function refusal<T>(call: Promise<unknown>, read: (json: unknown) => T): Promise<[number, T]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof client.ResponseError) {
      return [error.response.status, read(await error.response.json())];
    }
    throw error;
  }
  throw new Error("not refused");
}

async function ended(tasks: client.TasksApi, taskId: string): Promise<client.Task> {
  for (let asked = 0; asked < 600; asked++) {
    const task = await tasks.getTask({ taskId });
    if (task.status !== "queued" && task.status !== "processing") return task;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the task does not end");
}

// The trainer's browser has a token for this one lesson.
const tokens = new client.TokensApi(backend);
const upload = await tokens.issueUploadToken({ type: "lesson", userId: "trainer-1", rel });
const uploader = withToken(upload.token);
const missing = await refusal(
  tokens.issueUploadToken({ type: "lesson", userId: "trainer-1" }),
  client.UploadTokenRequestRefusalFromJSON,
);
const form = { ...lesson, video: film, idempotencyKey: crypto.randomUUID() };
const accepted = await new client.UploadApi(uploader).uploadLesson(form);
const repeated = await new client.UploadApi(uploader).uploadLesson(form);
const task = await ended(new client.TasksApi(uploader), accepted.taskId);

// The learner's app plays it.
const play = await tokens.issuePlayToken({ userId: "jean@example.com", rel, platform: "mobile" });
const player = new client.PlayApi(withToken(play.token));
const playlist = await (await player.playLessonMobile({ ...lesson, file: "output.m3u8" })).text();
const lessonKey = await player.playLessonMobile({ ...lesson, file: "enc.key" });
const segment = await player.playLessonMobile({ ...lesson, file: "segment_000.ts" });
const batch = await tokens.issuePlayTokens({
  playTokensRequest: { userId: "jean@example.com", rels: [rel, "none"] },
});
const whole = await tokens.issueDownloadToken({
  type: "lesson",
  userId: "jean@example.com",
  rel,
  filename: accepted.filename,
});
const download = await new client.DownloadApi(withToken(whole.token)).downloadLesson({
  ...lesson,
  filename: accepted.filename,
});

// The manager looks, and revokes.
const manager = new client.ManageApi(backend);
const tasks = await new client.TasksApi(backend).listTasks({ rel, status: "completed" });
const lessons = await manager.listLessons({ trainerId: "trainer-1", limit: 200 });
const revoked = await manager.revoke({ revocation: { userId: "jean@example.com" } });
const stopped = await refusal(
  player.playLessonMobile({ ...lesson, file: "output.m3u8" }),
  client.MediaRefusalFromJSON,
);

// A lesson that is deleted is missing, in a way that the types tell apart.
const erased = await manager.deleteLesson(lesson);
const late = new client.PlayApi(
  withToken((await tokens.issuePlayToken({ userId: "anne@example.com", rel, platform: "mobile" })).token),
);
const [, why] = await refusal(
  late.playLessonMobile({ ...lesson, file: "output.m3u8" }),
  client.MissingVideoFromJSON,
);

function state(missing: client.MissingVideo): string {
  switch (missing.error) {
    case "conversion_in_progress":
      return `${missing.progress}`;
    case "conversion_failed":
      return missing.taskId;
    case "replaced":
    case "not_found":
      return missing.error;
  }
}

console.log(JSON.stringify({
  missing: [missing[0], missing[1].error, missing[1].field],
  accepted: [accepted.lessonId, repeated.taskId === accepted.taskId],
  task: [task.status, task.rel, task.error, typeof task.duration, task.createdAt instanceof Date],
  play: [play.status, playlist.split("\n")[0], lessonKey.size, segment.size % 16],
  batch: batch.tokens.map((each) => "token" in each ? each.status : each.error),
  download: [whole.status, download.name, download.size === film.size],
  tasks: tasks.tasks.map((each) => each.taskId === accepted.taskId),
  lessons: lessons.lessons.filter((each) => each.rel === rel).map((
    each,
  ) => [each.status, each.width, each.publishedAt instanceof Date]),
  revoked: revoked.revoked,
  stopped: [stopped[0], stopped[1].error],
  erased: erased.rel === rel,
  late: state(why),
}));
