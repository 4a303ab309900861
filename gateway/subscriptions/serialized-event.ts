import type { StreamEvent } from '../execution/stream-event.js';
import { responseText } from '../execution/written-data.js';

/** An event written once, for everyone who gets it. */
export class SerializedEvent {
  private encoded: Buffer | undefined;

  constructor(
    /** JSON of the result. */
    readonly text: string,
    /** Where the stream stands behind it. */
    readonly position: string | undefined,
    /** The position that it follows; undefined at the beginning of a stream and where there are no positions. */
    readonly follows: string | undefined,
    /** Nothing has happened for this client; only the position has moved. */
    readonly bookmark: boolean,
    /** Part of it failed: who asks again may get it whole, so it is never told a second time. */
    readonly hasErrors: boolean,
  ) {}

  /** The text in UTF-8, for who sends it is. */
  get payload(): Buffer {
    return (this.encoded ??= Buffer.from(this.text));
  }

  /** Bytes of the text in UTF-8. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }
}

/** Writes an event, which comes behind the position `follows` of its stream. */
export function serializeEvent({ result, position }: StreamEvent, follows?: string): SerializedEvent {
  const text = responseText(result ?? { data: null, extensions: { bookmark: { cursor: position } } });
  const faulty = (result?.errors?.length ?? 0) > 0;
  return new SerializedEvent(text, position, follows, result === undefined, faulty);
}
