import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../kernel/package-root.js';

const run = promisify(execFile);
const root = (...path: string[]) => join(packageRoot, ...path);

interface Manifest {
  readonly license: string;
  readonly repository: { readonly url: string; readonly directory?: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const readManifest = async (...path: string[]) =>
  JSON.parse(await readFile(join(...path, 'package.json'), 'utf8')) as Manifest;

/** A copy of the example with the packed package installed. */
let folder: string;
let installed: string;
let files: string[];
let manifest: Manifest;
let project: Manifest;

/** Links packages of this checkout into a folder: the test needs no registry. */
async function link(names: readonly string[], target: string): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(target, 'node_modules', name)), { recursive: true });
    await symlink(root('node_modules', name), join(target, 'node_modules', name), 'dir');
  }
}

/** Packs the package as `npm publish` does, and unpacks it with only the dependencies of its manifest. */
async function installPacked(): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root('packages/gateway'),
  });
  // Versions of npm list the packages in an array, or by name.
  const [packed] = Object.values(
    JSON.parse(stdout) as Record<string, { filename: string; files: { path: string }[] }>,
  );
  if (!packed) throw new Error(`npm pack made nothing: ${stdout}`);
  files = packed.files.map(({ path }) => path);
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, packed.filename), '--strip-components=1', '-C', installed]);
  manifest = await readManifest(installed);
  await link(Object.keys(manifest.dependencies), installed);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetgraph-gateway-'));
  installed = join(folder, 'node_modules/@fleetgraph/gateway');
  await cp(root('examples/apollo-server'), folder, { recursive: true });
  await installPacked();
  const { dependencies } = await readManifest(folder);
  await link(
    Object.keys(dependencies).filter((name) => name !== '@fleetgraph/gateway'),
    folder,
  );
  project = await readManifest(packageRoot);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program of the folder until it prints its URL, and sends a query to it. */
async function queryProgram(program: string, query: string): Promise<unknown> {
  const child: ChildProcess = spawn(root('node_modules/.bin/node'), [program], {
    cwd: folder,
    env: { PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const [, url] = /^Ready at (.*)$/.exec(line) ?? [];
      if (!url) continue;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return await response.json();
    }
    throw new Error(`${program} ended before it was ready`);
  } finally {
    const exited = once(child, 'exit');
    child.kill();
    await exited;
  }
}

describe('the example, run with the packed package', () => {
  const query = '{ products { name inStock } }';
  const expected = {
    data: {
      products: [
        { name: 'Chair', inStock: 4 },
        { name: 'Table', inStock: 0 },
      ],
    },
  };

  test('answers a query across its subgraphs', async () => {
    expect(await queryProgram('server.mjs', query)).toEqual(expected);
  });

  test('returns the same with ApolloGateway', async () => {
    const source = await readFile(join(folder, 'server.mjs'), 'utf8');
    const imported = "import { FleetgraphGateway } from '@fleetgraph/gateway'";
    expect(source).toContain(imported);
    const original = source.replace(
      imported,
      "import { ApolloGateway as FleetgraphGateway } from '@apollo/gateway'",
    );
    await writeFile(join(folder, 'original.mjs'), original);
    expect(await queryProgram('original.mjs', query)).toEqual(expected);
  });
});

test('packs code, types, README, licence and manifest only', () => {
  const others = files.filter((path) => !/^dist\/[a-z/-]+\.(js|d\.ts)$/.test(path));
  expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
});

test('packs no compiled file without a source', () => {
  const sources = files.filter((path) => path.endsWith('.js')).map((path) => path.slice('dist/'.length, -3));
  expect(sources).toContain('gateway/apollo/fleetgraph-gateway');
  for (const source of sources) expect(files, source).toContain(`dist/${source}.d.ts`);
});

/** The packages that a file and the files that it imports import, in alphabetical order. */
async function importedPackages(entry: string): Promise<string[]> {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const file of files) {
    for (const { fileName } of ts.preProcessFile(await readFile(file, 'utf8')).importedFiles) {
      if (fileName.startsWith('.')) files.add(join(dirname(file), fileName));
      else if (!isBuiltin(fileName)) packages.add(/^(@[^/]+\/)?[^/]+/.exec(fileName)![0]);
    }
  }
  return [...packages].sort();
}

test('lists the imported packages in the manifest, in the versions of this project', async () => {
  const imported = await importedPackages(join(installed, 'dist/gateway/apollo/fleetgraph-gateway.js'));
  const { dependencies, peerDependencies = {} } = manifest;
  // The package imports only types of Apollo Server.
  const listed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => name !== '@apollo/server',
  );
  expect(imported).toEqual(listed.sort());
  for (const [name, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
    const version = { ...project.devDependencies, ...project.dependencies }[name];
    expect([version, `^${version}`], name).toContain(range);
  }
});

test('has the licence and repository of the project in its manifest', async () => {
  expect(manifest.license).toBe(project.license);
  expect(manifest.repository).toEqual({ ...project.repository, directory: 'packages/gateway' });
  const licence = await readFile(join(installed, 'LICENSE'), 'utf8');
  expect(licence).toBe(await readFile(root('LICENSE'), 'utf8'));
});

test('compiles in a strict program', async () => {
  await writeFile(
    join(folder, 'program.ts'),
    `import { ApolloServer } from '@apollo/server';
     import { IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
     import { FleetgraphGateway } from '@fleetgraph/gateway';
     const gateway = new FleetgraphGateway({
       supergraphSdl: new IntrospectAndCompose({ subgraphs: [{ name: 'a', url: 'http://127.0.0.1:1' }] }),
       buildService: ({ url = '' }) => new RemoteGraphQLDataSource({ url }),
       actor: ({ account }) => ({ account: String(account), subject: '' }),
     });
     export const server = new ApolloServer({ gateway });`,
  );
  const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck'];
  const tsc = root('node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, ...flags, 'program.ts'], { cwd: folder });
});
