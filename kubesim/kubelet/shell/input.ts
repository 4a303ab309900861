import type { Step } from './step.js';

/** Longest line; a longer one is read in parts. */
const MAX_LINE = 64 * 1024;

/** The standard input of a program. */
export class StandardInput {
  private waiting = Buffer.alloc(0);
  private ended = false;

  /** The input of a program that has none: it has ended. */
  static none(): StandardInput {
    const input = new StandardInput();
    input.end();
    return input;
  }

  push(data: Buffer): void {
    if (!this.ended) this.waiting = Buffer.concat([this.waiting, data]);
  }

  end(): void {
    this.ended = true;
  }

  /** What has come; waits until something has. Undefined at the end. */
  *bytes(): Generator<Step, Buffer | undefined> {
    while (!this.ended && this.waiting.length === 0) yield { waits: true };
    return this.waiting.length === 0 ? undefined : this.take(this.waiting.length);
  }

  /** A number of bytes; undefined if the input ends before. */
  *exactly(count: number): Generator<Step, Buffer | undefined> {
    while (this.waiting.length < count) {
      if (this.ended) return undefined;
      yield { waits: true };
    }
    return this.take(count);
  }

  /** The next line without its end; waits until it is complete. Undefined at the end. */
  *line(): Generator<Step, string | undefined> {
    for (;;) {
      const end = this.waiting.indexOf('\n');
      if (end >= 0) return this.take(end + 1).toString('utf8', 0, end);
      if (this.ended || this.waiting.length > MAX_LINE)
        return this.waiting.length === 0 ? undefined : this.take(this.waiting.length).toString();
      yield { waits: true };
    }
  }

  private take(length: number): Buffer {
    const taken = this.waiting.subarray(0, length);
    this.waiting = this.waiting.subarray(length);
    return taken;
  }
}
