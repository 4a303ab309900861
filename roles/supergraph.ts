import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../kernel/root.js';

/** The supergraph as composed and committed. */
export function committedSupergraph(): Promise<string> {
  return readFile(join(packageRoot, 'gateway/supergraph.graphql'), 'utf8');
}
