// What the examples use of Next.js.
export class NextResponse extends Response {
  static override json(body: unknown, init?: ResponseInit): NextResponse {
    return new NextResponse(JSON.stringify(body), {
      ...init,
      headers: { "Content-Type": "application/json" },
    });
  }
}
