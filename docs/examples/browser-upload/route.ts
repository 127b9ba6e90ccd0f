// app/api/lesson-video/route.ts of a Next.js site: issues the tokens that the page needs. The API key stays here.
import { NextResponse } from "next/server";

const server = process.env.VIDEO_SERVER ?? "https://video.example.com";

// The site's own session: who asks, and whether this lesson is theirs to edit or to watch.
async function mayUse(request: Request, action: string, rel: string): Promise<string | null> {
  throw new Error("replace this with the site's own check; answer the user's id, or null");
}

export async function GET(request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const action = query.get("action") ?? "";
  const rel = query.get("rel") ?? "";
  if (action !== "upload" && action !== "play") return NextResponse.json({ error: "unknown action" }, { status: 400 });
  const user = await mayUse(request, action, rel);
  if (!user) return NextResponse.json({ error: "forbidden", message: "This lesson is not yours." }, { status: 403 });

  const path = action === "upload" ? "/api/get-upload-token" : "/api/get-video-token/v2";
  const wanted: Record<string, string> =
    action === "upload" ? { type: "lesson", ttl: "7200" } : { platform: "web" };
  const answer = await fetch(`${server}${path}?${new URLSearchParams({ user_id: user, rel, ...wanted })}`, {
    headers: {
      Authorization: `Bearer ${process.env.VIDEO_API_KEY}`,
      // The language of the sentences in refusals.
      "Accept-Language": request.headers.get("Accept-Language") ?? "en",
    },
    cache: "no-store",
  });
  const body = await answer.json();
  const { error, message } = body;
  return NextResponse.json(answer.ok ? { ...body, server } : { error, message }, { status: answer.status });
}
