// A site's own memory of its lessons.
export type Context = Record<string, string>;

export async function markReady(context: Context, duration: number | null): Promise<void> {
  console.log(JSON.stringify(["ready", context, duration]));
}

export async function markFailed(context: Context, error: string): Promise<void> {
  console.log(JSON.stringify(["failed", context, error]));
}
