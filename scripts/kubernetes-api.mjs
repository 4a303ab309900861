// Writes the API of a Kubernetes version for kubesim: discovery and OpenAPI without descriptions, as upstream took them
// from a running API server and publishes them in the Go module k8s.io/kubernetes. Needs Go, which downloads the module:
//   node scripts/kubernetes-api.mjs 1.24.17 1.26.15 1.28.15 1.30.12 1.32.6 1.34.3 1.36.3
// The published documents have no enums; they come from the Go source from which API servers generate their documents.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = join(import.meta.dirname, '../kubesim/kubernetes/schema/data');
const versions = process.argv.slice(2);
if (versions.length === 0) throw new Error('Usage: node scripts/kubernetes-api.mjs VERSION…');

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
/** Sorts by code units, so that the files do not depend on the locale. */
const sorted = (entries) => entries.sort(([a], [b]) => (a < b ? -1 : 1));

function moduleFolder(version) {
  const output = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`], {
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  return JSON.parse(output).Dir;
}

/** Removes the texts for people; a field may itself be called `description`. */
function withoutDescriptions(schema) {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== 'description' || typeof value !== 'string',
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutDescriptions(value)]));
}

/** The definitions of all OpenAPI v3 documents. Each document contains what its group refers to. */
function schemasOf(api) {
  const found = new Map();
  const documents = join(api, 'openapi-spec/v3');
  for (const file of readdirSync(documents).filter((name) => name.endsWith('_openapi.json'))) {
    for (const [name, schema] of Object.entries(readJson(join(documents, file)).components?.schemas ?? {}))
      found.set(name, withoutDescriptions(schema));
  }
  return found;
}

/** Modules before 1.27 have no discovery documents: theirs are those of this version, without later groups. */
const OLDEST_DISCOVERY = '1.28.15';

function discoveryFolder(api) {
  const own = join(api, 'discovery');
  return existsSync(own) ? own : join(moduleFolder(OLDEST_DISCOVERY), 'api/discovery');
}

/** The resources of each group and version, as in an APIResourceList. */
function resourcesOf(api) {
  const lists = new Map();
  const documents = discoveryFolder(api);
  for (const file of readdirSync(documents).filter((name) => /^apis?__/.test(name))) {
    const { kind, groupVersion, resources } = readJson(join(documents, file));
    const path = groupVersion?.includes('/')
      ? `apis__${groupVersion.replace('/', '__')}`
      : `api__${groupVersion}`;
    const isServed = existsSync(join(api, `openapi-spec/v3/${path}_openapi.json`));
    if (kind === 'APIResourceList' && isServed) lists.set(groupVersion, resources);
  }
  return lists;
}

/**
 * Adds the enums of the Go source to the schemas. gofmt fixes the indentation: five tabs before a property, seven before
 * the enum of its value, more before the enum of the entries of its list or map.
 */
function addEnums(schemas, source) {
  const byFunction = new Map([...schemas].map(([name, schema]) => [functionName(name), schema]));
  let schema;
  let property;
  for (const line of source.split('\n')) {
    const [, type] = /^func schema_(\w+)\(/.exec(line) ?? [];
    if (type !== undefined) schema = byFunction.get(type);
    const [, field] = /^\t{5}"(.+)": \{$/.exec(line) ?? [];
    if (field !== undefined) property = schema?.properties?.[field];
    const [, tabs, list] = /^(\t{7,})Enum:\s+\[\](?:interface\{\}|any)\{([^}]*)\}+,$/.exec(line) ?? [];
    if (list === undefined || !property) continue;
    const target = tabs.length === 7 ? property : (property.items ?? property.additionalProperties);
    if (target?.type === 'string') target.enum = JSON.parse(`[${list}]`);
  }
}

/** `k8sio_api_core_v1_Pod` of `io.k8s.api.core.v1.Pod`. */
function functionName(name) {
  const [, ...steps] = name.split('.');
  return `k8sio_${steps.slice(1).join('_').replaceAll('-', '_')}`;
}

/** The definition of each kind, by `apps/v1/Deployment`. Options of calls belong to every group. */
function kindsOf(schemas) {
  const kinds = {};
  for (const [name, { 'x-kubernetes-group-version-kind': served = [] }] of schemas) {
    const [{ group, version, kind } = {}, ...others] = served;
    if (kind === undefined) continue;
    if (others.length === 0 || group === '')
      kinds[group ? `${group}/${version}/${kind}` : `${version}/${kind}`] = name;
  }
  return kinds;
}

/** Names of the API groups in the order in which an API server lists them. */
const groupsOf = (api) => readJson(join(discoveryFolder(api), 'apis.json')).groups.map(({ name }) => name);

/** A line of JSON for what all definitions share, and one for each definition, which can be read alone. */
function linesOf(version, api, schemas) {
  const resources = Object.fromEntries(sorted([...resourcesOf(api)]));
  const head = { version, groups: groupsOf(api), resources, kinds: kindsOf(schemas) };
  return [head, ...sorted([...schemas])].map((line) => JSON.stringify(line));
}

mkdirSync(folder, { recursive: true });
for (const version of versions) {
  const module = moduleFolder(version);
  const api = join(module, 'api');
  const schemas = schemasOf(api);
  addEnums(schemas, readFileSync(join(module, 'pkg/generated/openapi/zz_generated.openapi.go'), 'utf8'));
  const text = linesOf(version, api, schemas).join('\n');
  const packed = brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  const file = join(folder, `kubernetes-${version.split('.').slice(0, 2).join('.')}.jsonl.br`);
  writeFileSync(file, packed);
  console.log(`${file}: ${schemas.size} definitions, ${text.length} bytes, ${packed.length} compressed`);
}
