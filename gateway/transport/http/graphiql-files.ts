import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { packageRoot } from '../../../kernel/package-root.js';

/** A static file of the page in every content coding. */
interface GraphiQLFile {
  readonly contentType: string;
  readonly plain: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** Output of `npm run build` for gateway/graphiql/. */
export interface GraphiQLFiles {
  /** The page, with `%settings%` and `%title%` to be filled in. */
  readonly template: string;
  /** Static files by name. */
  readonly assets: ReadonlyMap<string, GraphiQLFile>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

const folder = join(packageRoot, 'dist/graphiql');

/** Reads the built page and its files (2 MB). Throws when they have not been built. */
export async function readGraphiQLFiles(): Promise<GraphiQLFiles> {
  const names = await readdir(folder).catch(() => {
    throw new Error('GraphiQL is not built: run `npm run build`');
  });
  const assets = names.filter((name) => contentTypes[extname(name)] !== undefined);
  const read = await Promise.all(assets.map(async (name) => [name, await readAsset(name)] as const));
  return { template: await readFile(join(folder, 'index.html'), 'utf8'), assets: new Map(read) };
}

async function readAsset(name: string): Promise<GraphiQLFile> {
  const [plain, br, gzip] = await Promise.all(
    ['', '.br', '.gz'].map((suffix) => readFile(join(folder, name + suffix))),
  );
  if (!plain || !br || !gzip) throw new Error(`GraphiQL's ${name} cannot be read`);
  return { contentType: contentTypes[extname(name)] ?? '', plain, br, gzip };
}
