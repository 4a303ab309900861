import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { exampleCommand, sameConnection } from '../../examples/flags.js';
import { startupMessage } from '../../roles/startup-message.js';

const facts = { cloudUrl: 'http://127.0.0.1:1', token: 'secret', seconds: 1 };

function text(port: number, folder: string): string {
  const url = `http://127.0.0.1:${port}`;
  return startupMessage({ ...facts, url, folder, tokenFile: join(folder, 'token') });
}

test('the startup message names the demo without flags for the default port and folder', () => {
  expect(text(4000, resolve('.fleetgraph'))).toContain('  2. npm run demo\n');
});

test('the startup message names port and state folder of the demo when they differ from the defaults', () => {
  expect(text(4100, '/var/lib/fleet')).toContain('  2. npm run demo -- --port 4100 --home /var/lib/fleet\n');
});

test('the command of the startup message reads a token in a folder whose name has spaces and quotes', () => {
  const home = mkdtempSync(join(tmpdir(), "fleet's graph "));
  try {
    mkdirSync(join(home, 'state'));
    writeFileSync(join(home, 'state/token'), 'secret');
    const [, header] = /-H (".*\$\(cat .*\)")/.exec(text(4000, join(home, 'state'))) ?? [];
    expect(execFileSync('sh', ['-c', `printf %s ${header}`], { encoding: 'utf8' })).toBe(
      'authorization: Bearer secret',
    );
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('the command that an example suggests names the port of the environment', () => {
  const before = process.env.PORT;
  process.env.PORT = '4100';
  try {
    const command = exampleCommand('demo', '').parse(['node', 'demo']);
    expect(sameConnection(command)).toEqual(['--port 4100']);
  } finally {
    if (before === undefined) delete process.env.PORT;
    else process.env.PORT = before;
  }
});
