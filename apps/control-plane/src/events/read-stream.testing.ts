/** An event of a stream as a reader sees it. */
export interface ReadEvent {
  id: string | null;
  /** `message` where the stream names none. */
  event: string;
  data: Record<string, unknown>;
}

/** Reads a stream of events; heartbeats are given as an `event` of that name with the place as its id. */
export async function* readStream(response: Response): AsyncGenerator<ReadEvent, undefined> {
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) yield parseBlock(block);
  }
}

function parseBlock(block: string): ReadEvent {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(': ');
    fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  const heartbeat = block.startsWith(': heartbeat');
  return {
    id: fields.get('id') ?? null,
    event: heartbeat ? 'heartbeat' : (fields.get('event') ?? 'message'),
    data: JSON.parse(fields.get('data') ?? '{}') as Record<string, unknown>,
  };
}

/** The next `count` events that are no heartbeats. */
export async function take(
  stream: AsyncGenerator<ReadEvent, undefined>,
  count: number,
): Promise<ReadEvent[]> {
  const taken: ReadEvent[] = [];
  while (taken.length < count) {
    const { value } = await stream.next();
    if (value === undefined) throw new Error(`the stream ended after ${taken.length} events`);
    if (value.event !== 'heartbeat') taken.push(value);
  }
  return taken;
}
