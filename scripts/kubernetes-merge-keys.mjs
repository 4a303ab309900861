// Writes how lists of the Kubernetes API merge, for kubesim, from the OpenAPI document that Kubernetes publishes:
//   curl -LO https://raw.githubusercontent.com/kubernetes/kubernetes/v1.32.0/api/openapi-spec/swagger.json
//   node scripts/kubernetes-merge-keys.mjs swagger.json
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';

const target = join(import.meta.dirname, '../kubesim/kubernetes/schema/kubernetes-1.32-merge-keys.json');
const [source] = process.argv.slice(2);
if (!source) throw new Error('Usage: node scripts/kubernetes-merge-keys.mjs SWAGGER');
const { definitions } = JSON.parse(readFileSync(source, 'utf8'));

/** `core.v1.PodSpec` of `io.k8s.api.core.v1.PodSpec`. */
const shortName = (name) => name.split('.').slice(-3).join('.');
const typeOf = ({ $ref, allOf }) => {
  const ref = $ref ?? allOf?.[0]?.$ref;
  return ref && shortName(ref.slice('#/definitions/'.length));
};

/** Keys of a list for strategic merge patches: the merge key; empty for a set of plain values; undefined without a merge. */
function patchKeys(property) {
  if (!property['x-kubernetes-patch-strategy']?.split(',').includes('merge')) return undefined;
  const key = property['x-kubernetes-patch-merge-key'];
  return property.type === 'array' ? (key ? [key] : []) : undefined;
}

/** Keys of a list for server-side apply: those of type `map`; empty for type `set`; undefined for other types. */
function applyKeys(property) {
  if (property['x-kubernetes-list-type'] === 'set') return [];
  if (property['x-kubernetes-list-type'] !== 'map') return undefined;
  return property['x-kubernetes-list-map-keys'];
}

function fieldsOf({ properties = {} }) {
  return Object.entries(properties).map(([name, property]) => {
    const type = typeOf(property.items ?? property);
    const patch = patchKeys(property);
    const apply = applyKeys(property);
    return [name, { ...(type && { type }), ...(patch && { patch }), ...(apply && { apply }) }];
  });
}

const all = new Map(Object.entries(definitions).map(([name, one]) => [shortName(name), fieldsOf(one)]));

/** Types that contain a merged list at any depth. */
const merging = new Set();
const merges = ([, { type, patch, apply }]) => patch || apply || merging.has(type);
for (let before = -1; before !== merging.size;) {
  before = merging.size;
  for (const [name, fields] of all) if (fields.some(merges)) merging.add(name);
}

const types = {};
for (const [name, fields] of all) {
  if (!merging.has(name)) continue;
  const kept = fields.filter(merges).map(([field, { type, ...keys }]) => {
    return [field, { ...(merging.has(type) && { type }), ...keys }];
  });
  types[name] = Object.fromEntries(kept);
}

const kinds = {};
for (const [name, { properties, 'x-kubernetes-group-version-kind': served = [] }] of Object.entries(
  definitions,
)) {
  // Lists and options of calls are not patched.
  if (served.length !== 1 || !properties?.metadata || properties.items) continue;
  const [{ group, version, kind }] = served;
  kinds[group ? `${group}/${version}/${kind}` : `${version}/${kind}`] = shortName(name);
}

const comment =
  'How lists of the Kubernetes API merge, by type and field: written by scripts/kubernetes-merge-keys.mjs from the OpenAPI document of Kubernetes 1.32 (Apache-2.0).';
writeFileSync(
  target,
  await format(JSON.stringify({ comment, kinds, types }), { parser: 'json', printWidth: 110 }),
);
