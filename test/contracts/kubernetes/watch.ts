import type { Body } from './api-client.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Body;
}

/** Milliseconds that a watch waits for an event. */
const PATIENCE = 20_000;

/** An open watch. Its events are read one after the other. */
export class Watch implements AsyncDisposable {
  private readonly events: AsyncGenerator<WatchEvent>;

  constructor(
    body: AsyncIterable<Uint8Array>,
    private readonly stop: AbortController,
  ) {
    this.events = parsed(body);
  }

  /** The next event; undefined at the end of the watch. Throws if none comes. */
  async next(): Promise<WatchEvent | undefined> {
    const timer = setTimeout(() => this.stop.abort(new Error('the watch sent no further event')), PATIENCE);
    try {
      const { value, done } = await this.events.next();
      return done ? undefined : value;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The events up to the first that `isLast` accepts, which is included. Throws at the end of the watch. */
  async until(isLast: (event: WatchEvent) => boolean): Promise<WatchEvent[]> {
    const seen: WatchEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (!event) throw new Error(`the watch ended after ${JSON.stringify(seen)}`);
      seen.push(event);
      if (isLast(event)) return seen;
    }
  }

  /** All events to the end of the watch, which has a timeout in its query. */
  async rest(): Promise<WatchEvent[]> {
    const seen: WatchEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) seen.push(event);
    return seen;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    return Promise.resolve();
  }
}

async function* parsed(body: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as WatchEvent;
  }
}
