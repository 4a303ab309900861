import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountScopes } from '../../../access/scopes.js';
import { startTestPlatform, type TestPlatform } from '../../kit/platform.js';
import { IsolationClient, clientSchema, type Root, rootFields } from './isolation-client.js';
import { minimalVariables } from './minimal-variables.js';
import { stateOf } from './state.js';

const schema = await clientSchema();
const DENIED = 'UNAUTHORIZED_FIELD_OR_TYPE';
/** Root fields that require scopes. A mutation that is not listed requires fleet:write. */
const NEEDS: Readonly<Record<string, string>> = {
  'Mutation.decideQuotaApplication': 'fleet:admin',
  'Mutation.publishKubernetesVersion': 'fleet:admin',
  'Query.auditEvents': 'fleet:audit',
  'Query.undecidedQuotaApplications': 'fleet:admin',
};
const roots: readonly Root[] = ['Query', 'Mutation', 'Subscription'];
const fields = roots.flatMap((root) =>
  rootFields(schema, root).map((field) => [`${root}.${field.name}`, root, field] as const),
);
const neededBy = (name: string) => NEEDS[name] ?? (name.startsWith('Mutation.') ? 'fleet:write' : undefined);

describe('token of an account', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform();
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  test('changes nothing without the write scope', async () => {
    const before = await stateOf(platform.kit, 'acme');
    for (const scopes of [[], ['fleet:introspect'], ['fleet:kubeconfig']])
      for (const [name, root, field] of fields.filter(([, kind]) => kind === 'Mutation')) {
        const asking = new IsolationClient(schema, { url: platform.url, account: 'acme', scopes });
        const codes = await asking.rejection(
          { field: field.name, with: () => ({}) },
          minimalVariables(field.args),
        );
        expect([name, root, scopes, codes]).toEqual([name, root, scopes, [DENIED]]);
      }
    expect(await stateOf(platform.kit, 'acme')).toEqual(before);
  });

  test.each(fields)('can use %s exactly with the required scope', async (name, root, field) => {
    const attempt = { field: field.name, with: () => ({}) };
    const needed = neededBy(name);
    const rights: readonly (readonly string[])[] = [
      [],
      ...[...accountScopes, 'fleet:admin'].map((scope) => [scope]),
    ];
    for (const scopes of rights) {
      const asking = new IsolationClient(schema, { url: platform.url, account: 'acme', scopes });
      const args = minimalVariables(field.args);
      const codes =
        root === 'Mutation'
          ? await asking.rejection(attempt, args)
          : (await (root === 'Query' ? asking.query(attempt, args) : asking.subscription(attempt, args)))
              .codes;
      const may = needed === undefined || scopes.includes(needed);
      expect([name, scopes, codes.includes(DENIED)]).toEqual([name, scopes, !may]);
    }
  });
});
