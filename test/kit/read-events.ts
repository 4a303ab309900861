import { EventParser, type ReceivedEvent } from '../../protocol/server-sent-events.js';

/** The server-sent events of a response. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ReceivedEvent, undefined> {
  const decoder = new TextDecoder();
  const parser = new EventParser();
  for await (const chunk of body) yield* parser.feed(decoder.decode(chunk, { stream: true }));
  return undefined;
}
