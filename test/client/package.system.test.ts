import 'reflect-metadata';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { startTestPlatform, type TestPlatform } from '../kit/platform.js';

const run = promisify(execFile);
const root = (...path: string[]) => join(packageRoot, ...path);

/** A folder with the packed package installed. */
let folder: string;
let files: string[];
let platform: TestPlatform;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Versions of npm list the packed packages in an array, or by name. */
function firstOf(output: string): Packed {
  const [packed] = Object.values(JSON.parse(output) as Record<string, Packed>);
  if (!packed) throw new Error(`npm pack made nothing: ${output}`);
  return packed;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-client-'));
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root('client') });
  const { filename, files: contents } = firstOf(packed.stdout);
  files = contents.map(({ path }) => path).sort();
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  // Dependencies are copied from this checkout: the test needs no registry.
  const dependencies = ['graphql', 'graphql-ws', '@graphql-typed-document-node/core', 'ws'];
  const from = [join(folder, filename), ...dependencies.map((name) => root('node_modules', name))];
  const flags = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags, ...from], { cwd: folder });
  platform = await startTestPlatform();
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('packs code, types, schema, README, licence and manifest only', () => {
  const others = files.filter((path) => !/^dist\/(generated\/graphql|[a-z-]+)\.(js|d\.ts)$/.test(path));
  expect(others).toEqual(['LICENSE', 'README.md', 'package.json', 'schema.graphql']);
});

test('packs types for every code file, and no reference to a missing source map', async () => {
  for (const path of files.filter((path) => path.endsWith('.js'))) {
    expect(files).toContain(path.replace(/\.js$/, '.d.ts'));
    const installed = join(folder, 'node_modules/@fleetgraph/client', path);
    expect(await readFile(installed, 'utf8')).not.toContain('sourceMappingURL');
  }
});

test('has the licence and repository of the project in its manifest', async () => {
  const read = async (...path: string[]) => JSON.parse(await readFile(join(...path), 'utf8')) as Manifest;
  interface Manifest {
    readonly license: string;
    readonly repository: { readonly url: string; readonly directory?: string };
  }
  const client = await read(folder, 'node_modules/@fleetgraph/client/package.json');
  const project = await read(packageRoot, 'package.json');
  expect(client.license).toBe(project.license);
  expect(client.repository).toEqual({ ...project.repository, directory: 'client' });
  const licence = await readFile(join(folder, 'node_modules/@fleetgraph/client/LICENSE'), 'utf8');
  expect(licence).toBe(await readFile(root('LICENSE'), 'utf8'));
});

const PROGRAM = `
import { createClient, ListRegionsDocument, WatchClustersDocument } from '@fleetgraph/client';
import { WebSocket } from 'ws';

const [url, token] = process.argv.slice(2);
const webSocketImpl = globalThis.WebSocket ?? WebSocket;
await using client = createClient({ url, token, webSocketImpl });
const { regions } = await client.query(ListRegionsDocument);
console.log(regions.some(({ id }) => id === 'cn-hangzhou'));
for await (const { watchClusters } of client.subscribe(WatchClustersDocument)) {
  console.log(watchClusters.type);
  break;
}
`;
/** \`await using\` is not in Node.js 20. */
const OLDER = PROGRAM.replace('await using client', 'const client').concat('client.close();\n');

/** PATH without the folders in which npm provides the platform's own Node.js. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((path) => !path.includes('node_modules'))
  .join(delimiter);
const machineNode = spawnSync('which', ['node'], { env: { PATH }, encoding: 'utf8' }).stdout.trim();

test.each([
  ["the platform's Node.js", root('node_modules/.bin/node'), PROGRAM],
  ["the machine's Node.js", machineNode, OLDER],
])('queries and subscribes on %s when installed in an empty folder', async (_, node, program) => {
  const file = join(folder, 'program.js');
  await writeFile(file, program);
  const { stdout } = await run(node, [file, `${platform.url}/graphql`, await platform.token()], {
    cwd: folder,
  });
  expect(stdout).toBe('true\nSYNCED\n');
});

test('compiles in a strict program, also without the types of Node.js', async () => {
  const program = PROGRAM.replace(/import \{ WebSocket.*\n/, '')
    .replace(/const \[url.*\n/, 'declare const url: string, token: string;\n')
    .replace(/const webSocketImpl.*\n/, '')
    .replace(', webSocketImpl', '');
  await writeFile(join(folder, 'program.ts'), program);
  const flags = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    '--skipLibCheck',
    'false',
  ];
  const lib = ['--lib', 'es2023,esnext.disposable,dom'];
  const tsc = root('node_modules/typescript/bin/tsc');
  expect(() =>
    execFileSync(process.execPath, [tsc, ...flags, ...lib, 'program.ts'], { cwd: folder, encoding: 'utf8' }),
  ).not.toThrow();
});

test('a browser bundle contains nothing of Node.js and no unused documents', async () => {
  const contents = `export { createClient, ListRegionsDocument } from '@fleetgraph/client';`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
  });
  const code = outputFiles[0]?.text ?? '';
  expect(code).toContain('ListRegions');
  expect(code).not.toContain('CreateCluster');
});
