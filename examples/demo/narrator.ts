/** How a step of the demo tells what it sees. */
export interface Narrator {
  /** What the step has come to, beside its name. */
  headline(text: string): void;
  /** One thing that happened. */
  line(text: string): void;
  /** How far the step is: 0 to 1, and at what. */
  progress(fraction: number, text: string): void;
}

/** Tells line by line, for logs and for terminals that cannot be redrawn. */
export function plainNarrator(out: (line: string) => void): Narrator {
  let shown = '';
  return {
    headline: (text) => out(`  = ${text}`),
    line: (text) => out(`    ${text}`),
    progress(fraction, text) {
      const line = `    ${bar(fraction)} ${text}`;
      if (line !== shown) out(line);
      shown = line;
    },
  };
}

const WIDTH = 24;

/** A bar of 24 characters and the percentage. */
export function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.floor(fraction * 100)).padStart(3)} %`;
}

const BLOCKS = '▁▂▃▄▅▆▇█';

/** Values as a line of blocks, from 0 to the largest. */
export function sparkline(values: readonly number[]): string {
  const top = Math.max(...values, Number.MIN_VALUE);
  return values.map((value) => BLOCKS[Math.round((value / top) * (BLOCKS.length - 1))] ?? ' ').join('');
}
