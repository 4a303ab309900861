import { servedTypes } from '../kinds/registry.js';
import { groupVersion } from '../kinds/resource.js';
import type { Json } from '../kinds/object.js';

/**
 * The OpenAPI documents. They contain the kinds and the parameter `fieldValidation`, which kubectl checks before it
 * applies, but not the fields of the kinds.
 */
export function openApi(path: string, prefix: string): Json | undefined {
  if (path === '/openapi/v3')
    return {
      paths: Object.fromEntries(
        versions().map((key) => [pathOf(key), { serverRelativeURL: `${prefix}/openapi/v3/${pathOf(key)}` }]),
      ),
    };
  if (path === '/openapi/v2')
    return {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: 'unversioned' },
      paths: {},
      definitions: {},
    };
  const key = versions().find((version) => path === `/openapi/v3/${pathOf(version)}`);
  return key === undefined ? undefined : document(key);
}

function versions(): string[] {
  return [...new Set(servedTypes.map(groupVersion))];
}

function pathOf(key: string): string {
  return key.includes('/') ? `apis/${key}` : `api/${key}`;
}

const QUERY = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
  name,
  in: 'query',
  schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
}));

function document(key: string): Json {
  const types = servedTypes.filter((served) => groupVersion(served) === key);
  const paths = types.map(({ type, group, version }) => {
    const scope = type.namespaced ? '/namespaces/{namespace}' : '';
    const okResponse = { 200: { description: 'OK' } };
    const kind = { 'x-kubernetes-group-version-kind': { group, version, kind: type.kind } };
    const operation = (action: string) => ({
      parameters: QUERY,
      responses: okResponse,
      'x-kubernetes-action': action,
      ...kind,
    });
    const parameters = ['name', ...(type.namespaced ? ['namespace'] : [])].map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', uniqueItems: true },
    }));
    return [
      `/${pathOf(key)}${scope}/${type.plural}/{name}`,
      { parameters, patch: operation('patch'), put: operation('put') },
    ];
  });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(paths) as Json,
    components: { schemas: {} },
  };
}
