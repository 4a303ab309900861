import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's folder, which contains prisma/, gateway/supergraph.graphql and other data files; the same for dist/. */
export const packageRoot = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  const manifest = join(folder, 'package.json');
  if (
    existsSync(manifest) &&
    (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }).name === 'fleetgraph'
  ) {
    return folder;
  }
  const parent = dirname(folder);
  if (parent === folder) throw new Error('the fleetgraph package folder was not found');
  return findRoot(parent);
}
