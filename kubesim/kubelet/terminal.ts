import { once } from 'node:events';
import { PassThrough, type Readable, Writable } from 'node:stream';

const INTERRUPT = 0x03;
const END_OF_INPUT = 0x04;
const BACKSPACE = [0x08, 0x7f];
const NEWLINE = [0x0a, 0x0d];
/** Longest line that a terminal takes, as that of Linux. */
const MAX_LINE = 4_096;

/** A terminal between a client and a program: it echoes the input, passes on whole lines and ends lines of the output with CR LF. */
export class Terminal {
  /** The input of the program, line by line. */
  readonly input = new PassThrough();
  private line: number[] = [];

  constructor(
    private readonly stdout: Writable,
    private readonly onInterrupt: () => void,
  ) {}

  /** Reads the client's input to its end. */
  async read(stdin: Readable): Promise<void> {
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      for (const byte of chunk) this.take(byte);
      if (this.input.writableNeedDrain)
        await Promise.race([once(this.input, 'drain'), once(this.input, 'close')]);
    }
    this.input.end();
  }

  /** The output of the program. */
  output(): Writable {
    const { stdout } = this;
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        const text = chunk.toString('latin1').replaceAll(/\r?\n/g, '\r\n');
        stdout.write(Buffer.from(text, 'latin1'), (error) => done(error));
      },
    });
  }

  private take(byte: number): void {
    if (this.input.writableEnded) return;
    if (byte === INTERRUPT) {
      this.stdout.write('^C\r\n');
      this.line = [];
      this.onInterrupt();
    } else if (byte === END_OF_INPUT) {
      if (this.line.length === 0) this.input.end();
      else this.pass();
    } else if (BACKSPACE.includes(byte)) {
      if (this.line.pop() !== undefined) this.stdout.write('\b \b');
    } else if (NEWLINE.includes(byte)) {
      this.stdout.write('\r\n');
      this.line.push(0x0a);
      this.pass();
    } else if (this.line.length < MAX_LINE) {
      this.line.push(byte);
      this.stdout.write(Buffer.from([byte]));
    }
  }

  private pass(): void {
    this.input.write(Buffer.from(this.line));
    this.line = [];
  }
}
