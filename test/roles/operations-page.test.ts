import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultScopes } from '../../access/scopes.js';
import { defaultLimits } from '../../gateway/request/limits/limits.js';
import { readEnv, settingNames } from '../../kernel/env.js';
import { packageRoot } from '../../kernel/package-root.js';
import { kubesimPort, subgraphPorts } from '../../roles/ports.js';

const page = await readFile(join(packageRoot, 'docs/operations.md'), 'utf8');
const settings = page.slice(page.indexOf('\n## Settings'), page.indexOf('\n## Database'));
const rows = new Map(
  [...settings.matchAll(/^\| `([A-Z_]+)` *\| (.*?) *\|/gm)].map(([, name, byDefault]) => [name, byDefault]),
);
const ports = Object.values(subgraphPorts).sort();

/** Defaults of settings that the schema of the environment leaves to the reading module. */
const DEFAULTS_ELSEWHERE: Readonly<Record<string, unknown>> = {
  AUTH_DEFAULT_SCOPES: defaultScopes.join(' '),
  COST_LIMIT: defaultLimits.cost,
  RESPONSE_LIMIT: defaultLimits.responseBytes,
  CONNECTIONS_PER_ACCOUNT: defaultLimits.connectionsPerAccount,
  REQUESTS_PER_ACCOUNT: defaultLimits.requestsPerAccount,
  REQUESTS_WAITING_PER_ACCOUNT: defaultLimits.requestsWaiting,
  SUBSCRIPTIONS_PER_ACCOUNT: defaultLimits.subscriptionsPerAccount,
  KUBESIM_URL: `http://127.0.0.1:${kubesimPort}`,
  SUBGRAPH_URLS: `http://127.0.0.1:${ports[0]}…${ports.at(-1)}/graphql`,
};

test('docs/operations.md lists every setting, and no other', () => {
  expect([...rows.keys()].sort()).toEqual([...settingNames].sort());
});

test('docs/operations.md names the defaults of the settings', () => {
  const defaults = { ...readEnv({}), ...DEFAULTS_ELSEWHERE };
  const wrong = Object.entries(defaults).filter(([name, value]) => rows.get(name) !== `\`${String(value)}\``);
  expect(wrong).toEqual([]);
});
