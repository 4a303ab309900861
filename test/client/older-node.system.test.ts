import { spawn, spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { TestServer, TOKEN } from './server.js';

/** PATH without the folders in which npm provides the platform's own Node.js. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** Major version of the machine's Node.js; 0 when there is none. */
function majorVersion(): number {
  const { stdout } = spawnSync('node', ['--version'], { env: { PATH }, encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

const PROGRAM = `
  import { createClient } from './client/dist/index.js';
  import { parse } from 'graphql';
  import { WebSocket } from 'ws';
  const [url, token] = process.argv.slice(1);
  const client = createClient({ url, token, webSocketImpl: WebSocket });
  const { add } = await client.mutate(parse('mutation { add(input: { amount: 7 }) }'));
  const entries = client.subscribe(parse('subscription { entries(after: "c0") { cursor amount } }'));
  for await (const { entries: { amount } } of entries) {
    console.log(add, amount);
    break;
  }
  client.close();
`;

it.skipIf(majorVersion() !== 20)('the built client runs in Node.js 20', async () => {
  await using server = await TestServer.start();
  const child = spawn('node', ['--input-type=module', '--eval', PROGRAM, server.url, TOKEN], {
    cwd: packageRoot,
    env: { PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(await text(child.stdout)).toBe('1 7\n');
});

const WITHOUT = `
  import { createClient } from './client/dist/index.js';
  import { parse } from 'graphql';
  const client = createClient({ url: 'http://127.0.0.1:9/graphql' });
  try {
    for await (const _ of client.subscribe(parse('subscription { entries { cursor } }')));
  } catch (error) {
    console.log(error.name, error.message);
  }
`;

it.skipIf(majorVersion() !== 20)(
  'a subscription without a WebSocket class throws an error that names the option',
  async () => {
    const child = spawn('node', ['--input-type=module', '--eval', WITHOUT], {
      cwd: packageRoot,
      env: { PATH },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(await text(child.stdout)).toMatch(/^TypeError .*webSocketImpl/);
  },
);
