import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../kernel/package-root.js';

/**
 * A file of prisma/catalog that is shown as it stands, read at its first use and once per process. A read that fails
 * is tried again at the next use; the files come with the release, so what they hold is not checked here.
 */
export class CatalogFile<T> {
  private reading: Promise<readonly T[]> | undefined;

  /** `name` is the file's name without its folder and `.json`. */
  constructor(private readonly name: string) {}

  /** Its entries, in the file's order. */
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
