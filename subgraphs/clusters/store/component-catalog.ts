import type { ComponentEntry } from '../model/component-catalog.js';
import { CatalogFile } from './catalog-file.js';

/** The catalog of components. */
export const componentDefinitions = new CatalogFile<ComponentEntry>('components');

export async function componentEntry(name: string): Promise<ComponentEntry | undefined> {
  return (await componentDefinitions.entries()).find((entry) => entry.name === name);
}
