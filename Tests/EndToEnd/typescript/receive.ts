// Hands requests to the receiver of the documentation and prints the statuses it answers with.
// Arguments: the receiver's file, and that of the requests as JSON: the receiver's secret, the headers and the body of each.
const [receiver, recorded] = Deno.args;
const { POST } = await import(receiver) as { POST(request: Request): Promise<Response> };
const requests: [string, Record<string, string>, string][] = JSON.parse(await Deno.readTextFile(recorded));
const statuses: number[] = [];
for (const [secret, headers, body] of requests) {
  Deno.env.set("FOCUST_CALLBACK_SECRET", secret);
  const request = new Request("https://learn.example.com/api/video-callback", {
    method: "POST",
    headers,
    body,
  });
  statuses.push((await POST(request)).status);
}
console.log(JSON.stringify(statuses));
