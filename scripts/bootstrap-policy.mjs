// Writes the RBAC objects that API servers create when they start, as upstream lists them for its own tests in the Go
// module k8s.io/kubernetes. Needs Go, which downloads the module:
//   node scripts/bootstrap-policy.mjs 1.36.3
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const [version] = process.argv.slice(2);
if (!version) throw new Error('Usage: node scripts/bootstrap-policy.mjs VERSION');

const output = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`], {
  encoding: 'utf8',
  env: { ...process.env, GOFLAGS: '-mod=mod' },
});
const folder = join(JSON.parse(output).Dir, 'plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata');
const files = [
  'cluster-roles',
  'controller-roles',
  'cluster-role-bindings',
  'controller-role-bindings',
  'namespace-roles',
  'namespace-role-bindings',
];
const objects = files.flatMap((name) => parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')).items);
// The rules of an aggregated role are not there yet.
const items = objects.map((object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null)),
);
const target = join(import.meta.dirname, '../kubesim/kubernetes/cluster/bootstrap-policy.json');
writeFileSync(target, `[\n${items.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`);
