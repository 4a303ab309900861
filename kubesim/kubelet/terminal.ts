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

  /** The output of the program; what is written after the end of the client's output is dropped. */
  output(): Writable {
    const { stdout } = this;
    const output = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (!stdout.writable) return done();
        const text = chunk.toString('latin1').replaceAll(/\r?\n/g, '\r\n');
        stdout.write(Buffer.from(text, 'latin1'), (error) => done(error));
      },
    });
    return output.on('error', () => undefined);
  }

  /** Shows what the client types. */
  private echo(data: string | Buffer): void {
    if (this.stdout.writable) this.stdout.write(data);
  }

  private take(byte: number): void {
    if (this.input.writableEnded) return;
    if (byte === INTERRUPT) {
      this.echo('^C\r\n');
      this.line = [];
      this.onInterrupt();
    } else if (byte === END_OF_INPUT) {
      if (this.line.length === 0) this.input.end();
      else this.pass();
    } else if (BACKSPACE.includes(byte)) {
      if (this.line.pop() !== undefined) this.echo('\b \b');
    } else if (NEWLINE.includes(byte)) {
      this.echo('\r\n');
      this.line.push(0x0a);
      this.pass();
    } else if (this.line.length < MAX_LINE) {
      this.line.push(byte);
      this.echo(Buffer.from([byte]));
    }
  }

  private pass(): void {
    this.input.write(Buffer.from(this.line));
    this.line = [];
  }
}
