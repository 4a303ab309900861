import type { Screen } from './screen.js';

/** Output of a step. */
export interface DemoOutput {
  /** The result of the step. */
  headline(text: string): void;
  /** One event. */
  line(text: string): void;
  /** Progress of the step, 0 to 1, and its current stage. */
  progress(fraction: number, text: string): void;
}

/** Output of a step below its title. */
export function outputOn(screen: Screen): DemoOutput {
  return {
    headline: (text) => screen.print(`  ✓ ${text}`, 'good'),
    line: (text) => screen.print(`    ${text}`, 'dim'),
    progress: (fraction, text) => screen.status(`${bar(fraction)}  ${text}`),
  };
}

const WIDTH = 20;

/** A bar of 20 characters and the percentage. */
function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.floor(fraction * 100)).padStart(3)} %`;
}

const BLOCKS = '▁▂▃▄▅▆▇█';
/** Minimum number of values; a shorter line shows no trend. */
const MIN_VALUES = 4;

/** Values as a line of blocks, from 0 to the largest; empty for fewer than four. */
export function sparkline(values: readonly number[]): string {
  if (values.length < MIN_VALUES) return '';
  const top = Math.max(...values, Number.MIN_VALUE);
  return values.map((value) => BLOCKS[Math.round((value / top) * (BLOCKS.length - 1))] ?? ' ').join('');
}
