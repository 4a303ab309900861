import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root.js';

/** Where the composed supergraph is committed. */
export const supergraphFile = join(packageRoot, 'gateway/supergraph.graphql');

/** The supergraph as composed and committed. */
export function committedSupergraph(): Promise<string> {
  return readFile(supergraphFile, 'utf8');
}
