import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../kernel/package-root.js';

/**
 * A JSON file of prisma/catalog, read at first use and cached in the process. A failed read is retried at the next
 * use. The files are part of the release, so their content is not validated here.
 */
export class CatalogFile<T> {
  private reading: Promise<readonly T[]> | undefined;

  /** `name` is the file name without folder and `.json`. */
  constructor(private readonly name: string) {}

  /** The entries in the order of the file. */
  entries(): Promise<readonly T[]> {
    this.reading ??= this.read().catch((error: unknown) => {
      this.reading = undefined;
      throw error;
    });
    return this.reading;
  }

  private async read(): Promise<readonly T[]> {
    const text = await readFile(join(packageRoot, 'prisma/catalog', `${this.name}.json`), 'utf8');
    return JSON.parse(text) as readonly T[];
  }
}
