import { describe, expect, test } from 'vitest';
import { can, holdsScopes, type Verb, verbs } from '../../access/decision.js';
import { accountScopes, defaultScopes, scopes } from '../../access/scopes.js';

/** Expected rights of each token, written by hand. */
const table: readonly (readonly [
  what: string,
  scopes: readonly string[] | undefined,
  may: readonly Verb[],
])[] = [
  ['an actor without scopes', undefined, ['read']],
  ['a token with an empty scope', [], ['read']],
  ['a token without a scope claim', defaultScopes, ['read', 'introspect']],
  ['fleet:write', ['fleet:write'], ['read', 'write', 'readConfiguration']],
  ['fleet:kubeconfig', ['fleet:kubeconfig'], ['read', 'issueKubeconfig']],
  ['fleet:audit', ['fleet:audit'], ['read', 'readAuditEvents']],
  ['fleet:admin', ['fleet:admin'], ['read', 'publishVersions', 'decideQuotaApplications']],
  [
    'all scopes of an account',
    accountScopes,
    [
      'read',
      'introspect',
      'write',
      'readConfiguration',
      'readAuditEvents',
      'issueKubeconfig',
      'issueWritingKubeconfig',
    ],
  ],
  ['a scope of another graph', ['read:all'], ['read']],
];

describe('access decisions', () => {
  test.each(table)('allows %s exactly what the table says', (_, tokenScopes, may) => {
    const actor = tokenScopes === undefined ? {} : { scopes: tokenScopes };
    expect((Object.keys(verbs) as Verb[]).filter((verb) => can(actor, verb))).toEqual(may);
  });

  test('denies access if the list of required scopes is empty', () => {
    expect(holdsScopes({ scopes: ['fleet:write'] }, [])).toBe(false);
  });

  test('excludes the scope of the platform operator from tokens of accounts', () => {
    expect(Object.keys(scopes).filter((scope) => !accountScopes.includes(scope as never))).toEqual([
      'fleet:admin',
    ]);
  });
});
