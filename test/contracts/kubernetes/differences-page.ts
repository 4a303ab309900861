import { areas, nodeAreas } from './areas.js';
import { differences } from './differences.js';

/** The text of docs/kubesim.md. */
export function differencesPage(): string {
  const rows = [...areas, ...nodeAreas].map(({ name, cases }) => {
    const all = Object.keys(cases).length;
    const failing = (differences[name] ?? []).flatMap(({ titles }) => titles).length;
    return { name, all, failing };
  });
  const sum = (field: 'all' | 'failing') => rows.reduce((total, row) => total + row[field], 0);
  const table = [...rows, { name: '**all**', all: sum('all'), failing: sum('failing') }]
    .map(({ name, all, failing }) => `| ${name} | ${all} | ${failing} |`)
    .join('\n');
  const sections = Object.entries(differences).map(([area, entries]) => {
    const list = entries.map(({ reason, titles }) =>
      [`- ${reason}`, ...titles.map((title) => `  - ${escaped(title)}`)].join('\n'),
    );
    return `## ${area[0]?.toUpperCase()}${area.slice(1)}\n\n${list.join('\n')}\n`;
  });
  return `# What kubesim does not do as Kubernetes does

The contract suite (\`test/contracts/kubernetes/\`) runs the same cases against a real control plane and against kubesim. The real
one passes every case. This page lists the cases that kubesim does not pass: what it does not simulate, or does otherwise. The suite
fails when a listed case passes. Generated from \`test/contracts/kubernetes/differences/\` by
\`npx vitest run test/contracts/kubernetes/differences.test.ts --update\`.

| area | cases | not as the real one |
| --- | --: | --: |
${table}

${sections.join('\n')}`;
}

const escaped = (text: string) => text.replaceAll(/[*_$<>|[\]]/g, String.raw`\$&`);
