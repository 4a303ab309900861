import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeSupergraph } from '../gateway/supergraph/compose.js';
import { errorRegistry } from '../kernel/errors.js';
import { packageRoot } from '../kernel/package-root.js';
import { subgraphPorts } from '../roles/ports.js';
import { subgraphDefinitions } from '../roles/subgraph-schemas.js';
import { verbsOfRules } from '../subgraphs/runtime/access/verbs-of-rules.js';
import { capabilitiesPage } from './capabilities/generate-capabilities.js';

/** Writes the generated files that are committed: supergraph, verbs, docs/errors.md, docs/capabilities.md. */
const subgraphs = await subgraphDefinitions();
const supergraph = composeSupergraph(
  subgraphs.map(({ name, sdl }) => ({
    name,
    sdl,
    url: `http://127.0.0.1:${subgraphPorts[name]}/graphql`,
  })),
);
await writeFile(join(packageRoot, 'gateway/supergraph.graphql'), supergraph);

const verbs = [...new Set(subgraphs.flatMap(({ access }) => (access ? verbsOfRules(access) : [])))].sort();
await writeFile(
  join(packageRoot, 'access/model/verbs.generated.ts'),
  `/** Verbs of the graph's fields; written by \`npm run generate\` from the access rules of the subgraphs. */
export const graphVerbs = [
${verbs.map((verb) => `  '${verb}',\n`).join('')}] as const;
`,
);

const rows = Object.entries(errorRegistry)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([code, { description, since }]) => `| \`${code}\` | ${description} | ${since} |`);
await writeFile(
  join(packageRoot, 'docs/errors.md'),
  `# Error codes

Generated from \`kernel/errors.ts\` by \`npm run generate\`. Client errors are in a payload's \`userErrors\`;
authentication, limits, syntax and internal errors are in \`errors[].extensions.code\`.

| code | meaning and remedy | since |
| --- | --- | --- |
${rows.join('\n')}
`,
);

const capabilities = await capabilitiesPage();
await writeFile(join(packageRoot, 'docs/capabilities.md'), capabilities.text);
const untested = capabilities.missing.map((row) => `row ${row}: docs/capabilities.json has no test for it`);
const problems = [...capabilities.wrong, ...untested];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
