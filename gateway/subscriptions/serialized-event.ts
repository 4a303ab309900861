import type { StreamEvent } from '../execution/stream-event.js';
import { responseText } from '../execution/written-data.js';

/** An event, serialized once for all its clients. */
export class SerializedEvent {
  private encoded: Buffer | undefined;

  constructor(
    /** JSON of the result. */
    readonly text: string,
    /** Position after the event. */
    readonly position: string | undefined,
    /** Position of the previous event; undefined at the start of a stream and without positions. */
    readonly follows: string | undefined,
    /** A position without an event. */
    readonly bookmark: boolean,
    /** The result has errors: it is never replayed, because executing it again may succeed. */
    readonly hasErrors: boolean,
  ) {}

  /** The text in UTF-8. */
  get payload(): Buffer {
    return (this.encoded ??= Buffer.from(this.text));
  }

  /** Bytes of the text in UTF-8. */
  get bytes(): number {
    return Buffer.byteLength(this.text);
  }
}

/** Serializes an event that follows the position `follows`. */
export function serializeEvent({ result, position }: StreamEvent, follows?: string): SerializedEvent {
  const text = responseText(result ?? { data: null, extensions: { bookmark: { cursor: position } } });
  const faulty = (result?.errors?.length ?? 0) > 0;
  return new SerializedEvent(text, position, follows, result === undefined, faulty);
}
