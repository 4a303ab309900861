import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root.js';

const folder = join(packageRoot, 'bench');

/** A Markdown table; the first column is text, the others are right-aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), title.length, 4),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Keeps the raw figures as bench/results/<name>.json; answers the path. */
export async function keepResults(name: string, results: unknown): Promise<string> {
  await mkdir(join(folder, 'results'), { recursive: true });
  const file = join(folder, 'results', `${name}.json`);
  await writeFile(file, `${JSON.stringify(results, rounded)}\n`);
  return file;
}

/** Keeps a text as bench/results/<name>.md. */
export async function keepText(name: string, text: string): Promise<void> {
  await writeFile(join(folder, 'results', `${name}.md`), `${text}\n`);
}

/** Microseconds are enough of a millisecond. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1000) / 1000 : value;
}

/** Puts the text between the marks `<!-- <name> -->` and `<!-- /<name> -->` of bench/README.md. */
export async function keepInReadme(name: string, text: string): Promise<void> {
  const file = join(folder, 'README.md');
  const page = await readFile(file, 'utf8');
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = page.indexOf(from);
  const end = page.indexOf(to);
  if (start < 0 || end < start) throw new Error(`bench/README.md lacks ${from} … ${to}`);
  await writeFile(file, `${page.slice(0, start + from.length)}\n\n${text}\n\n${page.slice(end)}`);
}
