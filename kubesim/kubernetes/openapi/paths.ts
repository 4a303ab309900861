import type { Json } from '../kinds/object.js';
import type { ApiResource } from '../schema/definition-file.js';
import type { ServedApi } from './served-api.js';

export const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** A group and version with its resources. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ApiResource[];
}

/** `/api/v1`, `/apis/apps/v1`. */
export function rootPath({ group, version }: Omit<GroupVersion, 'resources'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The paths of a group and version for an OpenAPI v3 document. */
export function pathsOf(api: ServedApi, groupVersion: GroupVersion): Json {
  const root = rootPath(groupVersion);
  const discovery = { tags: [tagOf(groupVersion)], responses: okResponse(`${META}.APIResourceList`) };
  const paths = groupVersion.resources.flatMap((resource) => resourcePaths(api, groupVersion, resource));
  return Object.fromEntries([
    [`${root}/`, { get: discovery }],
    ...paths.sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

function resourcePaths(api: ServedApi, groupVersion: GroupVersion, resource: ApiResource): [string, Json][] {
  const { name, namespaced, verbs } = resource;
  const root = rootPath(groupVersion);
  const [plural = '', subresource] = name.split('/');
  const scoped = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const item = (path: string, scope: readonly string[], offered: readonly Verb[]): [string, Json][] => {
    const operations = offered
      .filter((verb) => verbs.includes(verb))
      .map((verb) => [METHODS[verb], operation(api, { ...groupVersion, resource, verb })] as const);
    if (operations.length === 0) return [];
    return [[path, { ...Object.fromEntries(operations), parameters: scope.map(pathParameter) }]];
  };
  const scope = namespaced ? ['namespace'] : [];
  if (subresource !== undefined)
    return item(`${scoped}/{name}/${subresource}`, ['name', ...scope], [...OBJECT_VERBS, 'create']);
  return [
    ...item(scoped, scope, COLLECTION_VERBS),
    ...item(`${scoped}/{name}`, ['name', ...scope], OBJECT_VERBS),
    ...(namespaced ? item(`${root}/${plural}`, [], ['list']) : []),
  ];
}

const METHODS = {
  list: 'get',
  create: 'post',
  deletecollection: 'delete',
  get: 'get',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
} as const;
type Verb = keyof typeof METHODS;
const COLLECTION_VERBS: readonly Verb[] = ['list', 'create', 'deletecollection'];
const OBJECT_VERBS: readonly Verb[] = ['get', 'update', 'patch', 'delete'];

const SELECTION = [
  ...['allowWatchBookmarks', 'continue', 'fieldSelector', 'labelSelector', 'limit'],
  ...['resourceVersion', 'resourceVersionMatch', 'sendInitialEvents', 'timeoutSeconds'],
];
const DELETION = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'];

const PARAMETERS: Readonly<Record<Verb, readonly string[]>> = {
  list: [...SELECTION, 'watch'],
  create: WRITE,
  deletecollection: [...SELECTION, ...DELETION],
  get: [],
  update: WRITE,
  patch: [...WRITE, 'force'],
  delete: DELETION,
};

/** Names of actions in `x-kubernetes-action` where they are not the verbs. */
const ACTIONS: Readonly<Partial<Record<Verb, string>>> = { create: 'post', update: 'put' };

interface Operation extends Omit<GroupVersion, 'resources'> {
  readonly resource: ApiResource;
  readonly verb: Verb;
}

function operation(api: ServedApi, { group, version, resource, verb }: Operation): Json {
  const kind = {
    group: resource.group ?? group,
    version: resource.version ?? version,
    kind: resource.kind,
  };
  const definition = api.definitionNameOf(kind.group, kind.version, kind.kind);
  const response = {
    list: definition && `${definition}List`,
    delete: `${META}.Status`,
    deletecollection: `${META}.Status`,
  };
  return {
    tags: [tagOf({ group, version })],
    parameters: PARAMETERS[verb].map(queryParameter),
    ...requestBody(verb, definition),
    responses: okResponse(verb in response ? response[verb as keyof typeof response] : definition),
    'x-kubernetes-action': ACTIONS[verb] ?? verb,
    'x-kubernetes-group-version-kind': kind,
  };
}

function requestBody(verb: Verb, definition: string | undefined): Json {
  if (verb === 'patch') return body(PATCHES, `${META}.Patch`);
  if (verb === 'delete' || verb === 'deletecollection') return body(['*/*'], `${META}.DeleteOptions`);
  return verb === 'create' || verb === 'update' ? body(['*/*'], definition) : {};
}

const PATCHES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];

function body(types: readonly string[], definition: string | undefined): Json {
  return { requestBody: { content: content(types, definition) } };
}

export function okResponse(definition: string | undefined): Json {
  const ok = { description: 'OK', content: content(['application/json'], definition) };
  return { '200': ok, '401': { description: 'Unauthorized' } };
}

function content(types: readonly string[], definition: string | undefined): Json {
  const schema = definition === undefined ? {} : { schema: { $ref: `#/components/schemas/${definition}` } };
  return Object.fromEntries(types.map((type) => [type, schema]));
}

const TYPES: Readonly<Record<string, string>> = {
  allowWatchBookmarks: 'boolean',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  limit: 'integer',
  orphanDependents: 'boolean',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
};

function queryParameter(name: string): Json {
  return { name, in: 'query', schema: { type: TYPES[name] ?? 'string', uniqueItems: true } };
}

function pathParameter(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}

/** `core_v1`, `apps_v1`, `rbacAuthorization_v1`. */
function tagOf({ group, version }: Omit<GroupVersion, 'resources'>): string {
  return `${groupTag(group)}_${version}`;
}

/** `core`, `apps`, `rbacAuthorization`. */
export function groupTag(group: string): string {
  const [first = '', ...rest] = (group || 'core').replace(/\.k8s\.io$/, '').split('.');
  const camel = rest.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return [first, ...camel].join('');
}
