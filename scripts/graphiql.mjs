// Builds the GraphiQL page of gateway/graphiql/ into dist/graphiql/: files named by the hash of their content, and compressed
// copies, so that the gateway need not compress them.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const source = join(root, 'gateway/graphiql');
const target = join(root, 'dist/graphiql');
const stamp = join(target, '.source-hash');

function sourceHash() {
  const hash = createHash('sha256');
  const files = readdirSync(source)
    .sort()
    .map((file) => join(source, file));
  for (const file of [...files, import.meta.filename, join(root, 'package-lock.json')])
    hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** GraphiQL's style sheet embeds 380 kB of fonts; the page uses system fonts. */
const withoutFonts = {
  name: 'without-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /graphiql[/\\]dist[/\\]style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

/** Writes `file.br` and `file.gz` next to a file. */
function compress(file) {
  const content = readFileSync(file);
  // Quality 11 takes seven times as long and saves 8 %.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

/** Writes the page with the names of its files; the gateway replaces `%settings%` and `%title%`. */
function writePage(files) {
  const html = readFileSync(join(source, 'index.html'), 'utf8').replaceAll(
    /%(\w+)\.(\w+)%/g,
    (_, name, type) => {
      const file = files.find((file) => file.startsWith(`${name}-`) && file.endsWith(`.${type}`));
      if (!file) throw new Error(`the build of GraphiQL created no ${name}.${type}`);
      return `graphiql/${file}`;
    },
  );
  writeFileSync(join(target, 'index.html'), html);
}

/** Builds the page if its sources or packages have changed. */
export async function buildGraphiQL() {
  const hash = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  rmSync(target, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(source, 'main.tsx')],
    outdir: target,
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/graphiql',
    loader: { '.svg': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [withoutFonts],
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  const files = Object.keys(metafile.outputs).map((file) => basename(file));
  for (const file of files) compress(join(target, file));
  writePage(files);
  writeFileSync(stamp, hash);
}
