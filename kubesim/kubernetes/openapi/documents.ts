import { hashOfText } from './document-hash.js';
import { type GroupVersion, pathsOf, rootPath } from './paths.js';
import type { ServedApi } from './served-api.js';

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

/** The groups and versions that have a document, by their paths without the first slash: `api/v1`, `apis/apps/v1`. */
export function documentedVersions({ resources: served }: ServedApi): ReadonlyMap<string, GroupVersion> {
  return new Map(
    [...served].map(([key, resources]) => {
      const [version = '', group = ''] = key.split('/').reverse();
      const groupVersion = { group, version, resources };
      return [rootPath(groupVersion).slice(1), groupVersion];
    }),
  );
}

/** JSON of the OpenAPI v3 document of a group and version. */
export function openApiV3(api: ServedApi, groupVersion: GroupVersion): string {
  const paths = JSON.stringify(pathsOf(api, groupVersion));
  return openApiDocument(paths, [...definitionsOf(api, paths), ...customKinds(api, groupVersion)]);
}

/** JSON of an OpenAPI v3 document of paths and the definitions to which they refer. */
export function openApiDocument(paths: string, schemas: readonly [name: string, json: string][]): string {
  const info = JSON.stringify({ title: 'Kubernetes', version: 'unversioned' });
  const security = JSON.stringify({ BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } });
  return (
    `{"openapi":"3.0.0","info":${info},"paths":${paths},"components":{"schemas":{` +
    `${schemas.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}},"securitySchemes":${security}}}`
  );
}

/** The definitions to which JSON refers, directly or by other definitions, sorted by name. */
export function definitionsOf(api: ServedApi, json: string): [name: string, json: string][] {
  const found = new Map<string, string>();
  const pending = [json];
  for (let text = pending.pop(); text !== undefined; text = pending.pop()) {
    for (const [, name = ''] of text.matchAll(REFERENCE)) {
      const definition = found.has(name) ? undefined : api.definitionJson(name);
      if (definition === undefined) continue;
      found.set(name, definition);
      pending.push(definition);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Schemas of kinds that Kubernetes does not have: their fields are not known. */
function customKinds(api: ServedApi, { group, version, resources }: GroupVersion): [string, string][] {
  return resources
    .filter(
      ({ name, kind }) => !name.includes('/') && api.definitionNameOf(group, version, kind) === undefined,
    )
    .map(({ kind }) => {
      const name = [...group.split('.').reverse(), version, kind].join('.');
      const served = [{ group, version, kind }];
      const schema = {
        type: 'object',
        'x-kubernetes-group-version-kind': served,
        'x-kubernetes-preserve-unknown-fields': true,
      };
      return [name, JSON.stringify(schema)];
    });
}

/** A document of OpenAPI v3. */
export interface Document {
  /** What it is made of. */
  readonly source: object;
  text(): string;
}

const hashes = new WeakMap<object, string>();

/**
 * Hash of a document, as it stands in its URL and ETag. Kept by what the document is made of, because listing the
 * documents needs that of each.
 */
export function hashOf(source: object, document: () => string): string {
  const hash = hashes.get(source) ?? hashOfText(document());
  hashes.set(source, hash);
  return hash;
}
