import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root.js';
import { type HostInfo, hostInfoLine } from './host-info.js';

const folder = join(packageRoot, 'bench');

/** Figures of one run and the machine that they were measured on. */
interface BenchResults {
  readonly machine: HostInfo;
}

/** Writes the results of one benchmark to bench/results/<name>.json and its tables to bench/README.md. */
export class Report<Results extends BenchResults> {
  constructor(
    private readonly name: string,
    private readonly formatTables: (results: Results) => string,
  ) {}

  /** Prints the tables and, unless the run was quick, writes both files. */
  async publish(results: Results, { quick }: { readonly quick: boolean }): Promise<void> {
    console.log(`\n${this.format(results)}\n`);
    if (quick) return;
    await mkdir(join(folder, 'results'), { recursive: true });
    await writeFile(this.file, `${JSON.stringify(results, roundDigits)}\n`);
    await this.writeTables(results);
    console.log(`Results are in ${this.file}`);
  }

  /** Writes the tables again from the results of the last run. */
  async rewriteTables(): Promise<void> {
    await this.writeTables(JSON.parse(await readFile(this.file, 'utf8')) as Results);
  }

  private get file(): string {
    return join(folder, 'results', `${this.name}.json`);
  }

  private format(results: Results): string {
    return `${this.formatTables(results)}\n\n${hostInfoLine(results.machine)}`;
  }

  /** Replaces the text between the markers `<!-- <name> -->` and `<!-- /<name> -->`. */
  private async writeTables(results: Results): Promise<void> {
    const readme = join(folder, 'README.md');
    const page = await readFile(readme, 'utf8');
    const [opening, closing] = [`<!-- ${this.name} -->`, `<!-- /${this.name} -->`];
    const start = page.indexOf(opening);
    const end = page.indexOf(closing);
    if (start < 0 || end < start) throw new Error(`bench/README.md lacks ${opening} … ${closing}`);
    const before = page.slice(0, start + opening.length);
    await writeFile(readme, `${before}\n\n${this.format(results)}\n\n${page.slice(end)}`);
  }
}

/** Writes a text to bench/results/<name>.md. */
export async function writeResultsPage(name: string, text: string): Promise<void> {
  await writeFile(join(folder, 'results', `${name}.md`), `${text}\n`);
}

/** Five digits: tables show ratios of small figures with two decimals. */
function roundDigits(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
