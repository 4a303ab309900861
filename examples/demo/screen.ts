import { styleText } from 'node:util';

/** Style of a line on a terminal. */
export type Style = 'title' | 'plain' | 'dim' | 'good' | 'bad';

/** Output of the demo: permanent lines, and one status line. */
export interface Screen extends Disposable {
  /** Writes a permanent line. */
  print(text: string, style?: Style): void;
  /** Shows the status line; undefined removes it. */
  status(text: string | undefined): void;
}

/** Writes plain lines for logs, pipes and tests, without a status line. */
export function plainScreen(out: (line: string) => void): Screen {
  return { print: out, status: () => undefined, [Symbol.dispose]: () => undefined };
}

const formats = {
  title: ['bold'],
  plain: ['reset'],
  dim: ['dim'],
  good: ['green'],
  bad: ['red'],
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Milliseconds between two frames of the spinner. */
const FRAME = 100;
const ERASE_LINE = '\r\u001b[2K';

/**
 * Writes on a terminal. Only the last line is redrawn, cut to the width of the terminal, so lines that have scrolled away are
 * never written twice.
 */
export class TerminalScreen implements Screen {
  private text: string | undefined;
  private frame = 0;
  private readonly timer = setInterval(() => this.turn(), FRAME).unref();

  constructor(private readonly terminal: NodeJS.WriteStream) {}

  print(text: string, style: Style = 'plain'): void {
    const lines = wrap(text, this.width).map((line) => styleText([...formats[style]], line));
    this.terminal.write(`${this.text === undefined ? '' : ERASE_LINE}${lines.join('\n')}\n`);
    this.draw();
  }

  status(text: string | undefined): void {
    if (text === undefined && this.text !== undefined) this.terminal.write(ERASE_LINE);
    this.text = text;
    this.draw();
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer);
    this.status(undefined);
  }

  private get width(): number {
    return this.terminal.columns || 80;
  }

  private turn(): void {
    this.frame = (this.frame + 1) % FRAMES.length;
    this.draw();
  }

  private draw(): void {
    if (this.text === undefined) return;
    // A line of full width moves the cursor to the next line on some terminals.
    const line = cut(`  ${FRAMES[this.frame]} ${this.text}`, this.width - 1);
    this.terminal.write(ERASE_LINE + styleText('cyan', line));
  }
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Breaks a line between words; further lines are aligned with the text of the first one. */
export function wrap(text: string, width: number): string[] {
  const indent = /^\s*(?:\S\s+)?/.exec(text)?.[0].length ?? 0;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\s)(?=\S)/)) {
    if (line.trim() !== '' && (line + word).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent);
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}
