import { type ConstDirectiveNode, isObjectType, type ObjectTypeDefinitionNode, parse, print } from 'graphql';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';
import { clientSchema } from '../scenarios/isolation/isolation-client.js';

const supergraph = parse(await readFile(join(packageRoot, 'gateway/supergraph.graphql'), 'utf8'));
const types = supergraph.definitions.filter(
  (node): node is ObjectTypeDefinitionNode => node.kind === 'ObjectTypeDefinition',
);

/** Fields by coordinate, with the required scopes. */
const restricted = new Map<string, string>(
  types.flatMap(({ name, fields = [] }) =>
    fields.flatMap(({ name: field, directives = [] }) => {
      const scopes = directives.find((directive) => directive.name.value === 'requiresScopes');
      return scopes ? [[`${name.value}.${field.value}`, scopesIn(scopes)] as const] : [];
    }),
  ),
);

function scopesIn(directive: ConstDirectiveNode): string {
  return print(directive).replace(/^@requiresScopes\(scopes: |\)$/g, '');
}

/** Names of fields that may contain credentials or scripts. */
const CREDENTIAL_NAME = /kubeconfig|token|secret|password|credential|userData|script(?!ion)|actual$/i;
describe('restricted fields', () => {
  test('are exactly these fields and all mutations', () => {
    const fields = [...restricted].filter(([name]) => !name.startsWith('Mutation.'));
    expect(Object.fromEntries(fields)).toEqual({
      'Cluster.kubeconfig': '[["fleet:kubeconfig"]]',
      'ComponentDrift.actual': '[["fleet:write"]]',
      'CreateServiceAccountKeyPayload.bearerToken': '[["fleet:write"]]',
      'InstanceConfig.userData': '[["fleet:write"]]',
      'Query.auditEvents': '[["fleet:audit"]]',
      'Query.undecidedQuotaApplications': '[["fleet:admin"]]',
    });
    const mutations = types.find(({ name }) => name.value === 'Mutation')?.fields ?? [];
    expect(mutations.length).toBeGreaterThan(30);
    for (const { name } of mutations)
      expect(restricted.get(`Mutation.${name.value}`)).toMatch(/fleet:(write|admin)/);
  });

  test('include each field whose name suggests a credential', async () => {
    const credentials = Object.values((await clientSchema()).getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`))
      .filter((name) => !/^(Mutation|__)/.test(name) && CREDENTIAL_NAME.test(name.split('.')[1] ?? ''));
    expect(credentials.filter((name) => !restricted.has(name))).toEqual([]);
    expect(credentials).toContain('Cluster.kubeconfig');
  });
});
