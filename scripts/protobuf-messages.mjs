// Writes the protobuf messages of the Kubernetes API for kubesim, from the struct tags of its Go types (Apache-2.0). Field numbers are
// the same in all versions, so the latest version is enough. Needs Go, which downloads the modules:
//   node scripts/protobuf-messages.mjs 0.36.3
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const [version] = process.argv.slice(2);
if (version === undefined) throw new Error('Usage: node scripts/protobuf-messages.mjs VERSION');

/** Folders with types that clients send, by module; those of k8s.io/api are found. */
const FOLDERS = {
  'k8s.io/apimachinery': ['pkg/apis/meta/v1'],
  'k8s.io/apiextensions-apiserver': ['pkg/apis/apiextensions/v1'],
  'k8s.io/kube-aggregator': ['pkg/apis/apiregistration/v1'],
};

function moduleFolder(module) {
  const output = execFileSync('go', ['mod', 'download', '-json', `${module}@v${version}`], {
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  return JSON.parse(output).Dir;
}

/** `core.v1` of `k8s.io/api/core/v1`, `resource` of `k8s.io/apimachinery/pkg/api/resource`. */
function packageName(path) {
  const steps = path.split('/');
  return /^v\d/.test(steps.at(-1)) ? steps.slice(-2).join('.') : steps.at(-1);
}

const SCALARS = {
  ...{ string: 'string', bool: 'bool', int32: 'int32', int64: 'int64', float64: 'double' },
  ...{ '[]byte': 'bytes', 'types.UID': 'string', 'types.NodeName': 'string' },
};
/** Named types of Go by `core.v1.Protocol`, and the fields of structs. */
const named = new Map();
const structs = new Map();
const kinds = {};

function readFolder(folder, path) {
  const own = packageName(path);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.go') && !/_test|generated/.test(name));
  const texts = sources.map((name) => readFileSync(join(folder, name), 'utf8'));
  const [, group = ''] =
    texts.map((text) => /const GroupName = "([^"]*)"/.exec(text)).find((match) => match) ?? [];
  for (const text of texts) {
    const imports = new Map(
      [...text.matchAll(/^(?:\t|import )(?:(\w+) )?"(k8s\.io\/[^"]+)"$/gm)].map(([, alias, from]) => [
        alias ?? from.split('/').at(-1),
        packageName(from),
      ]),
    );
    const qualified = (type) => {
      if (type in SCALARS) return type;
      const [alias, name] = type.split('.');
      return name === undefined ? `${own}.${type}` : `${imports.get(alias) ?? alias}.${name}`;
    };
    for (const [, marks, name, type] of text.matchAll(/((?:^\/\/.*\n)*)^type (\w+) ([\w.[\]*]+)$/gm))
      named.set(`${own}.${name}`, { type, qualified, isMessage: marks.includes('+protobuf.nullable=true') });
    for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      structs.set(`${own}.${name}`, { body, qualified });
      const version = own.split('.').at(-1);
      if (/metav1\.TypeMeta `|^\tTypeMeta `/m.test(body) && own !== 'meta.v1')
        kinds[group ? `${group}/${version}/${name}` : `${version}/${name}`] = `${own}.${name}`;
    }
  }
}

/** A type of Go as type of a field, and whether it is repeated or a map. */
function fieldType(type, qualified) {
  if (type.startsWith('*')) return { ...fieldType(type.slice(1), qualified), flags: ['always'] };
  if (type in SCALARS) return { type: SCALARS[type], flags: [] };
  if (type.startsWith('[]')) return { type: fieldType(type.slice(2), qualified).type, flags: ['repeated'] };
  const [, value] = /^map\[[\w.]+\](.+)$/.exec(type) ?? [];
  if (value !== undefined) return { type: fieldType(value, qualified).type, flags: ['map'] };
  const name = qualified(type);
  if (name in SCALARS) return { type: SCALARS[name], flags: [] };
  const alias = named.get(name);
  if (!alias || alias.isMessage) return { type: name, flags: [] };
  return fieldType(alias.type, alias.qualified);
}

function fieldsOf({ body, qualified }) {
  const fields = {};
  for (const [, type, tags] of body.matchAll(/^\t(?:\w+\s+)?([\w.*[\]]+)\s+`([^`]*)`/gm)) {
    const [, json = ''] = /json:"([^"]*)"/.exec(tags) ?? [];
    const [, protobuf = '-'] = /protobuf:"([^"]*)"/.exec(tags) ?? [];
    if (protobuf === '-') continue;
    const [, number] = protobuf.split(',');
    const [name, ...options] = json === '-' ? [''] : json.split(',');
    const { type: of, flags } = fieldType(type, qualified);
    const isInline = name === '' && options.includes('inline');
    const isAlways = !options.includes('omitempty') && flags.length === 0 && !isInline;
    const [, wire = ''] = /name=(\w+)/.exec(protobuf) ?? [];
    const all = [...flags, ...(isInline ? ['inline'] : []), ...(isAlways ? ['always'] : [])];
    const embedded = `${type[0].toLowerCase()}${type.slice(1)}`;
    fields[name || wire || embedded] = [Number(number), of, ...all];
  }
  return fields;
}

for (const [module, folders] of Object.entries(FOLDERS))
  for (const folder of folders) readFolder(join(moduleFolder(module), folder), `${module}/${folder}`);
const api = moduleFolder('k8s.io/api');
for (const entry of readdirSync(api, { recursive: true }))
  if (/^\w+\/v\d+$/.test(entry)) readFolder(join(api, entry), `k8s.io/api/${entry}`);

const messages = {};
for (const [name, struct] of structs) {
  const fields = fieldsOf(struct);
  if (Object.keys(fields).length > 0) messages[name] = fields;
}
for (const [name, { type, qualified, isMessage }] of named)
  if (isMessage) messages[name] = { items: [1, fieldType(type.slice(2), qualified).type, 'repeated'] };
const text = JSON.stringify({ version, kinds, messages });
const file = join(import.meta.dirname, '../kubesim/kubernetes/schema/data', 'protobuf-messages.json.br');
writeFileSync(file, brotliCompressSync(text));
console.log(`${file}: ${Object.keys(messages).length} messages, ${text.length} bytes`);
